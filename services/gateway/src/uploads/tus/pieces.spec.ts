import { buffer } from 'node:stream/consumers';
import { Pieces } from './pieces';

async function* body(parts: readonly string[], breaksOff = false): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
  await Promise.resolve();
  if (breaksOff) throw new Error('gone');
}

async function read(pieces: Pieces): Promise<string[]> {
  const read: string[] = [];
  for (let piece = await pieces.next(); piece !== null; piece = await pieces.next()) {
    read.push((await buffer(piece)).toString());
  }
  return read;
}

it.each([
  [['abcdefgh'], ['abc', 'def', 'gh']],
  [
    ['ab', 'cd', 'ef'],
    ['abc', 'def'],
  ],
  [
    ['', 'a', '', 'bcd'],
    ['abc', 'd'],
  ],
  [[], []],
  [[''], []],
])('cuts %j into %j', async (parts, expected) => {
  expect(await read(new Pieces(body(parts), 3))).toEqual(expected);
});

it('keeps what came before a body broke off', async () => {
  expect(await read(new Pieces(body(['ab', 'cd'], true), 3))).toEqual(['abc', 'd']);
  expect(await read(new Pieces(body([], true), 3))).toEqual([]);
});
