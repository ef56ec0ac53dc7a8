import { readChatAnswer } from './chat-answer';

const read = (content: string, motion = false) => readChatAnswer(content, { motion });

it('reads JSON, also with a fence and words around it', () => {
  const json = '{"prompt":"a lighthouse, golden hour","keywords":["golden hour","golden hour"]}';
  const expected = { prompt: 'a lighthouse, golden hour', motion: null, keywords: ['golden hour'] };
  for (const content of [json, `Sure!\n\`\`\`json\n${json}\n\`\`\``, `${json}\nAnything else?`]) {
    expect(read(content)).toEqual(expected);
  }
});

it('takes control characters, direction marks and line breaks out, and bounds every length', () => {
  const content = JSON.stringify({
    prompt: `a\u0000b\u202Ec\n\n${'d'.repeat(3_000)}`,
    motion: 'm'.repeat(3_000),
    keywords: Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(200, 'k')),
  });
  const answer = read(content, true);
  expect(answer?.prompt.startsWith('a')).toBe(true);
  expect(answer?.prompt).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect([answer?.prompt.length, answer?.motion?.length, answer?.keywords.length]).toEqual([
    2_000, 1_000, 12,
  ]);
  expect(read(JSON.stringify({ prompt: `${'x'.repeat(1_999)}\u{1F600}` }))?.prompt).toBe('x'.repeat(1_999));
});

it.each([
  'no JSON at all',
  '{"prompt":""}',
  '{"prompt":7}',
  '{"prompt":"x"',
  '}{',
  '[]',
  '{"motion":"only"}',
  `${'{'.repeat(100_000)}}`,
])('is nothing where it is not what was asked for: %#', (content) => {
  expect(read(content)).toBeUndefined();
});

it('is nothing where the motion is missing that was asked for', () => {
  expect(read('{"prompt":"x"}', true)).toBeUndefined();
});
