import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ObjectStore } from '../src/index';
import { describeKeys } from './keys.contract';
import { describeSignedUrls } from './signed-urls.contract';
import { heldBytes, MIB, blocks, put, readAll, sha256, TEXT, VIDEO } from './test-bodies';

/** What a driver gives the suite. */
export interface StoreFixture {
  /** With a bucket that exists and is empty. */
  readonly store: ObjectStore;
  /** Tells whether anything is left of uploads that were not finished. */
  leftovers(): Promise<number>;
  /** Keys that the server lists at a time; the suite makes more. */
  readonly pageSize: number;
}

/** Blocks of 1 MiB between two looks at the memory, each of which collects what is garbage. */
const LOOK_EVERY = 16;

/** The promises of `ObjectStore`, which every driver keeps. */
export function describeObjectStore(name: string, fixture: () => StoreFixture): void {
  describe(`${name}: the contract of an object store`, () => {
    const store = (): ObjectStore => fixture().store;
    const keysBelow = async (prefix: string): Promise<string[]> => {
      const keys: string[] = [];
      for await (const { key } of store().list(prefix)) keys.push(key);
      return keys;
    };
    describeReadingAndWriting(store);
    describeListing(fixture, keysBelow);
    describeBigBodies(fixture, keysBelow);
    describeFailures(fixture, keysBelow);
    describeSignedUrls(store);
    describeKeys(store);
  });
}

function describeReadingAndWriting(store: () => ObjectStore): void {
  it('gives back what was put, and what it is', async () => {
    const bytes = randomBytes(100_000);
    const before = Date.now();
    const answer = await store().put('a/round-trip.mp4', Readable.from([bytes]), {
      ...VIDEO,
      size: bytes.length,
      metadata: { 'job-id': '42', note: 'two words' },
    });
    const object = await store().get('a/round-trip.mp4');
    expect(await readAll(object.body)).toEqual(bytes);
    expect(answer).toMatchObject({ size: bytes.length, sha256: sha256(bytes) });
    expect(object).toMatchObject({
      size: bytes.length,
      start: 0,
      end: bytes.length - 1,
      contentType: 'video/mp4',
    });
    const stat = await store().stat('a/round-trip.mp4');
    expect(stat).toMatchObject({
      key: 'a/round-trip.mp4',
      size: bytes.length,
      contentType: 'video/mp4',
      etag: answer.etag,
      metadata: { 'job-id': '42', note: 'two words' },
    });
    expect(object.etag).toBe(answer.etag);
    expect(Math.abs((stat?.lastModified.getTime() ?? 0) - before)).toBeLessThan(60_000);
  });

  it('keeps an object of no bytes', async () => {
    const answer = await store().put('empty', Readable.from([]), TEXT);
    expect(answer).toMatchObject({ size: 0, sha256: sha256(Buffer.alloc(0)) });
    const { body, size, start, end } = await store().get('empty');
    expect({ size, start, end, bytes: await readAll(body) }).toEqual({
      size: 0,
      start: 0,
      end: -1,
      bytes: Buffer.alloc(0),
    });
  });

  it.each([
    [{ start: 0, end: 0 }, 'a', 0, 0],
    [{ start: 2, end: 4 }, 'cde', 2, 4],
    [{ start: 7 }, 'hij', 7, 9],
    [{ start: 8, end: 100 }, 'ij', 8, 9],
  ])('answers the range %j', async (range, text, start, end) => {
    await put(store(), 'letters', 'abcdefghij');
    const object = await store().get('letters', { range });
    expect(await readAll(object.body)).toEqual(Buffer.from(text));
    expect(object).toMatchObject({ start, end, size: 10 });
  });

  it('reads pieces of one version, also while it is replaced', async () => {
    await put(store(), 'pieces', '0123456789');
    const reader = await store().openReader('pieces');
    expect(reader.size).toBe(10);
    expect(Buffer.from(await reader.read(2, 5)).toString()).toBe('234');
    expect(await reader.read(5, 5)).toHaveLength(0);
    await put(store(), 'pieces', 'abcdefghij');
    const later = await reader.read(0, 10).catch((error: unknown) => error);
    if (later instanceof Uint8Array) expect(Buffer.from(later).toString()).toBe('0123456789');
    else expect(later).toMatchObject({ code: 'conflict', retryable: true });
    await reader.close();
    await reader.close();
    await expect(store().openReader('nothing')).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([{ start: 10 }, { start: 4, end: 2 }, { start: -1 }])('refuses the range %j', async (range) => {
    await put(store(), 'letters', 'abcdefghij');
    await expect(store().get('letters', { range })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('replaces an object, and its type with it', async () => {
    const first = await put(store(), 'twice', 'first');
    await store().put('twice', Readable.from(['the second']), { contentType: 'video/webm' });
    const object = await store().get('twice');
    expect((await readAll(object.body)).toString()).toBe('the second');
    expect(object.contentType).toBe('video/webm');
    expect(object.etag).not.toBe(first.etag);
  });

  it('ends two puts of one key with one of both, whole', async () => {
    const bodies = [randomBytes(300_000), randomBytes(200_000), randomBytes(100_000)];
    await Promise.all(bodies.map((bytes) => store().put('contested', Readable.from([bytes]), VIDEO)));
    const bytes = await readAll((await store().get('contested')).body);
    expect(bodies.map(sha256)).toContain(sha256(bytes));
  });

  it('says that a missing object is missing', async () => {
    await expect(store().get('nothing/here')).rejects.toMatchObject({ code: 'not_found' });
    expect(await store().stat('nothing/here')).toBeUndefined();
    await expect(store().copy('nothing/here', 'elsewhere')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('removes, also what is not there', async () => {
    await put(store(), 'short-lived', 'x');
    await store().remove('short-lived');
    await store().remove('short-lived');
    expect(await store().stat('short-lived')).toBeUndefined();
  });

  it('copies bytes, type and metadata, and the copy stands alone', async () => {
    await store().put('original', Readable.from(['text']), { ...VIDEO, metadata: { kind: 'poster' } });
    await store().copy('original', 'copies/one');
    await store().remove('original');
    const stat = await store().stat('copies/one');
    expect(stat).toMatchObject({ size: 4, contentType: 'video/mp4', metadata: { kind: 'poster' } });
    expect((await readAll((await store().get('copies/one')).body)).toString()).toBe('text');
  });

  it('answers a ping', async () => {
    await expect(store().ping()).resolves.toBeUndefined();
  });
}

function describeListing(
  fixture: () => StoreFixture,
  keysBelow: (prefix: string) => Promise<string[]>,
): void {
  const store = (): ObjectStore => fixture().store;
  it('lists by prefix, in order, also where one key is the folder of another', async () => {
    const keys = ['list/a', 'list/a/b', 'list/a/b/c/d/e/f', 'list/ab', 'list/b', 'lists/other'];
    for (const key of keys) await put(store(), key, key);
    expect(await keysBelow('list/')).toEqual(['list/a', 'list/a/b', 'list/a/b/c/d/e/f', 'list/ab', 'list/b']);
    expect(await keysBelow('list/a')).toEqual(['list/a', 'list/a/b', 'list/a/b/c/d/e/f', 'list/ab']);
    expect(await keysBelow('list/a/b/c/')).toEqual(['list/a/b/c/d/e/f']);
    expect(await keysBelow('list/zzz')).toEqual([]);
  });

  it('lists and removes more than one page', async () => {
    const count = Math.ceil(fixture().pageSize * 1.1);
    const keys = Array.from({ length: count }, (_, index) => `many/${String(index).padStart(5, '0')}`);
    for (let at = 0; at < keys.length; at += 20) {
      await Promise.all(keys.slice(at, at + 20).map((key) => put(store(), key, key)));
    }
    await put(store(), 'manyother', 'x');
    expect(await keysBelow('many/')).toEqual(keys);
    for await (const { key, size } of store().list('many/00007'))
      expect({ key, size }).toEqual({ key: 'many/00007', size: 10 });
    expect(await store().removePrefix('many/')).toBe(count);
    expect(await keysBelow('many')).toEqual(['manyother']);
    expect(await store().removePrefix('many/')).toBe(0);
  }, 240_000);

  it('does not empty the bucket by an empty prefix', async () => {
    await expect(store().removePrefix('')).rejects.toMatchObject({ code: 'invalid_input' });
  });
}

function describeBigBodies(
  fixture: () => StoreFixture,
  keysBelow: (prefix: string) => Promise<string[]>,
): void {
  it('streams 400 MiB of unknown size with flat memory', async () => {
    const BIG = 400 * MIB;
    const expected = createHash('sha256');
    const marked = Buffer.concat([await readAll(blocks(1, MIB))]);
    let peak = 0;
    const source = Readable.from(
      (function* generate() {
        for (let index = 0; index < 400; index += 1) {
          marked.writeUInt32BE(index, 0);
          expected.update(marked);
          if (index % LOOK_EVERY === 0) peak = Math.max(peak, heldBytes());
          yield Buffer.from(marked);
        }
      })(),
      { objectMode: false },
    );
    const before = heldBytes();
    const { size, sha256: hash } = await fixture().store.put('big', source, VIDEO);
    expect({ size, hash }).toEqual({ size: BIG, hash: expected.digest('hex') });
    expect(peak - before).toBeLessThan(BIG / 2);
    const object = await fixture().store.get('big', { range: { start: 150 * MIB, end: 150 * MIB + 3 } });
    expect((await readAll(object.body)).readUInt32BE(0)).toBe(150);
    expect((await fixture().store.stat('big'))?.size).toBe(BIG);
    await fixture().store.copy('big', 'big-copy');
    expect((await fixture().store.stat('big-copy'))?.size).toBe(BIG);
    expect(await fixture().store.removePrefix('big')).toBe(2);
    expect(await keysBelow('big')).toEqual([]);
    expect(await fixture().leftovers()).toBe(0);
  }, 300_000);

  it('ends two big puts of one key with one of both, whole', async () => {
    const hashes = await Promise.all(
      [12, 20].map(
        async (count) => (await fixture().store.put('big-contested', blocks(count, MIB), VIDEO)).sha256,
      ),
    );
    const bytes = await readAll((await fixture().store.get('big-contested')).body);
    expect(hashes).toContain(sha256(bytes));
    await fixture().store.remove('big-contested');
    expect(await fixture().leftovers()).toBe(0);
  }, 60_000);
}

function describeFailures(
  fixture: () => StoreFixture,
  keysBelow: (prefix: string) => Promise<string[]>,
): void {
  const isClean = async (): Promise<void> => {
    expect(await keysBelow('failed')).toEqual([]);
    expect(await fixture().leftovers()).toBe(0);
  };

  it.each([1, 20])('keeps nothing of %i MiB over the limit', async (count) => {
    const source = blocks(count, MIB);
    const options = { ...VIDEO, maxBytes: count * MIB - 1 };
    await expect(fixture().store.put('failed/limit', source, options)).rejects.toMatchObject({
      code: 'payload_too_large',
    });
    expect(source.destroyed).toBe(true);
    await isClean();
  });

  it('takes exactly the limit', async () => {
    const { size } = await fixture().store.put('limit', blocks(2, MIB), { ...VIDEO, maxBytes: 2 * MIB });
    expect(size).toBe(2 * MIB);
  });

  it.each([0, 12])('keeps nothing of a source that fails at block %i', async (failing) => {
    const source = blocks(20, MIB, (index) => {
      if (index === failing) throw new Error('the vendor hung up');
    });
    await expect(fixture().store.put('failed/source', source, VIDEO)).rejects.toThrow('the vendor hung up');
    await isClean();
  });

  it.each([0, 12])('keeps nothing when it is aborted at block %i', async (aborting) => {
    const abort = new AbortController();
    const source = blocks(20, MIB, (index) => {
      if (index === aborting) abort.abort();
    });
    const putting = fixture().store.put('failed/abort', source, { ...VIDEO, signal: abort.signal });
    await expect(putting).rejects.toMatchObject({ code: 'cancelled' });
    expect(source.destroyed).toBe(true);
    await isClean();
  });

  it('is aborted while its source is silent', async () => {
    const abort = new AbortController();
    const source = new Readable({ read: () => setImmediate(() => abort.abort()) });
    const putting = fixture().store.put('failed/silent', source, { ...VIDEO, signal: abort.signal });
    await expect(putting).rejects.toMatchObject({ code: 'cancelled' });
    await isClean();
  });

  it.each([3, 5])('keeps nothing of 4 bytes where %i were announced', async (size) => {
    const putting = fixture().store.put('failed/size', Readable.from(['four']), { ...TEXT, size });
    await expect(putting).rejects.toMatchObject({ code: 'invalid_input' });
    await isClean();
  });

  it('leaves the old object when its replacement fails', async () => {
    await put(fixture().store, 'kept', 'the old one');
    const options = { ...TEXT, maxBytes: 3 };
    await expect(fixture().store.put('kept', Readable.from(['too much']), options)).rejects.toThrow();
    expect((await readAll((await fixture().store.get('kept')).body)).toString()).toBe('the old one');
  });
}
