import { isBase64 } from './picture-bytes';

it.each(['AAAA', 'AAA=', 'AA==', 'Zm9v+/Zm', 'A'.repeat(65_536) + 'B'.repeat(8)])('takes %.20s', (text) => {
  expect(isBase64(text)).toBe(true);
});

it.each([
  '',
  '====',
  'A',
  'AAAAA',
  'AA=A',
  'A===',
  'AA A',
  'data:image/png;base64,AAAA',
  `${'A'.repeat(131_071)}!`,
])('refuses %.30s', (text) => {
  expect(isBase64(text)).toBe(false);
});

it('looks at a large picture without running out of stack', () => {
  expect(isBase64(Buffer.alloc(60 * 1024 * 1024, 7).toString('base64'))).toBe(true);
});
