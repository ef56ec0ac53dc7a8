import { Readable } from 'node:stream';
import { peek } from './peek';

const bodyOf = (...chunks: string[]): Readable => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

async function read(whole: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of whole) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('a look at a body', () => {
  it.each([
    { keepBytes: 0, kept: '' },
    { keepBytes: 5, kept: 'abcde' },
    { keepBytes: 100, kept: 'abcdefghi' },
  ])('passes all of it on, and keeps $keepBytes bytes at most', async ({ keepBytes, kept }) => {
    const peeked = await peek(bodyOf('abc', 'def', 'ghi'), { bytes: 4, keepBytes });
    expect(peeked.head.toString()).toBe('abcd');
    expect(await read(peeked.whole)).toBe('abcdefghi');
    expect(peeked.kept().toString()).toBe(kept);
  });

  it('takes a body that is shorter than the look', async () => {
    const peeked = await peek(bodyOf('ab'), { bytes: 4, keepBytes: 4 });
    expect([peeked.head.toString(), await read(peeked.whole), peeked.kept().toString()]).toEqual([
      'ab',
      'ab',
      'ab',
    ]);
  });
});
