import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { peek } from './peek';

const stream = (...parts: string[]): Readable => Readable.from(parts.map((part) => Buffer.from(part)));

describe('peek', () => {
  it('shows the beginning and gives the whole body', async () => {
    const { head, body } = await peek(stream('ab', 'cd', 'ef'), 3);
    expect(head.toString()).toBe('abc');
    expect((await buffer(body)).toString()).toBe('abcdef');
  });

  it('takes a body that is shorter, or empty', async () => {
    const short = await peek(stream('a'), 10);
    expect(short.head.toString()).toBe('a');
    expect((await buffer(short.body)).toString()).toBe('a');
    const empty = await peek(stream(), 10);
    expect(empty.head).toHaveLength(0);
    expect(await buffer(empty.body)).toHaveLength(0);
  });

  it('closes the source when the body is destroyed', async () => {
    const source = stream('ab', 'cd');
    const { body } = await peek(source, 1);
    body.on('error', () => undefined);
    for await (const _ of body) break;
    expect(source.destroyed).toBe(true);
  });

  it('passes a failure of the source on', async () => {
    const source = new Readable({ read: () => undefined });
    source.push('abcd');
    const { body } = await peek(source, 2);
    source.destroy(new Error('gone'));
    await expect(buffer(body)).rejects.toThrow('gone');
  });
});
