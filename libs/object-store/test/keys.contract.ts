import { Readable } from 'node:stream';
import type { ObjectStore } from '../src/index';
import { put, TEXT } from './test-bodies';

/** Which names an object may have. */
export function describeKeys(store: () => ObjectStore): void {
  const hostile = [
    '',
    '/etc/passwd',
    '../up',
    'a/../../b',
    'a/..',
    './a',
    'a//b',
    'a/',
    'a b',
    'a%2e',
    'ä',
    'a\\b',
    'a\0b',
    'a\nb',
  ];
  it.each([...hostile, 'x'.repeat(513)])('refuses the key %j everywhere', async (key) => {
    const refused = { code: 'invalid_input' };
    const body = Readable.from(['x']);
    await expect(store().put(key, body, TEXT)).rejects.toMatchObject(refused);
    expect(body.destroyed).toBe(true);
    await expect(store().get(key)).rejects.toMatchObject(refused);
    await expect(store().stat(key)).rejects.toMatchObject(refused);
    await expect(store().remove(key)).rejects.toMatchObject(refused);
    await expect(store().copy('a', key)).rejects.toMatchObject(refused);
    await expect(store().signGet(key, { expiresInSeconds: 60 })).rejects.toMatchObject(refused);
  });

  it.each(['x'.repeat(512), 'a/'.repeat(255) + 'z', '...', 'a..b/.hidden', '-rf'])(
    'keeps the key %j',
    async (key) => {
      await put(store(), key, 'fine');
      expect(await store().stat(key)).toMatchObject({ key, size: 4 });
      await store().remove(key);
    },
  );
}
