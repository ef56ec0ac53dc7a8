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
    { body: ['abc', 'def', 'ghi'], head: 'abcd', all: 'abcdefghi' },
    { body: ['ab'], head: 'ab', all: 'ab' },
  ])('passes all of $body on, and tells of it', async ({ body, head, all }) => {
    const told: Buffer[] = [];
    const peeked = await peek(bodyOf(...body), { bytes: 4, onChunk: (chunk) => told.push(chunk) });
    expect(peeked.head.toString()).toBe(head);
    expect(told).toEqual([]);
    expect(await read(peeked.whole)).toBe(all);
    expect(Buffer.concat(told).toString()).toBe(all);
  });
});
