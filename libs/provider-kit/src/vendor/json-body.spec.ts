import fc from 'fast-check';
import { encodeJson, InlineFile } from './json-body';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function textOf(value: unknown): Promise<{ text: string; announced: number }> {
  const body = encodeJson(value);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.chunks()) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString('utf8'), announced: body.sizeBytes };
}

const file = (bytes: Uint8Array, chunk: number, prefix = '') =>
  new InlineFile(bytes.length, () => Promise.resolve(inChunks(bytes, chunk)), prefix);

it('writes files as base64 in their places, and knows the length before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 50 }),
      fc.integer({ min: 1, max: 70 }),
      fc.jsonValue(),
      async (first, second, chunk, other) => {
        const value = {
          a: [file(first, chunk)],
          other,
          b: file(second, chunk, 'data:image/png;base64,'),
          'ü"': 1,
        };
        const { text, announced } = await textOf(value);
        const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
        const expected = {
          a: [base64(first)],
          other,
          b: `data:image/png;base64,${base64(second)}`,
          'ü"': 1,
        };
        expect(text).toBe(JSON.stringify(expected));
        expect(Buffer.byteLength(text)).toBe(announced);
      },
    ),
  );
});

it('refuses a file that is not as long as was said, since the announced length would be a lie', async () => {
  const short = new InlineFile(10, () => Promise.resolve(inChunks(new Uint8Array(9), 4)));
  await expect(textOf({ short })).rejects.toMatchObject({ code: 'internal', outcome: 'refused' });
});
