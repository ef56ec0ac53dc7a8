import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  createMediaHandler,
  openObjectStore,
  type FileObjectStore,
  type FileStoreConfig,
} from '../src/index';
import { describeObjectStore } from './object-store.contract';
import { readAll } from './test-bodies';

// Real disks and real programs, on machines that may be busy with more.
jest.setTimeout(60_000);

const SECRET = 'a secret that is long enough';
let folder: string;
let store: FileObjectStore;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'object-store-'));
  // The store names the server's address and the server asks the store, so one of both has to come first.
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  store = openStore((server.address() as AddressInfo).port);
  await store.ensureBucket();
  const answer = createMediaHandler(store);
  server.on('request', (req: IncomingMessage, res: ServerResponse) => void answer(req, res));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const config = (port: number): FileStoreConfig => ({
  kind: 'file',
  path: folder,
  bucket: 'media',
  publicBaseUrl: `http://127.0.0.1:${port}/media/`,
  signingSecret: SECRET,
});

const openStore = (port: number): FileObjectStore => openObjectStore(config(port));

const files = async (below: string): Promise<string[]> => {
  const entries = await readdir(join(folder, 'media', below), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
};

const leftovers = async (): Promise<number> => {
  const [data, keys, temp] = await Promise.all(['data', 'keys', 'tmp'].map(files));
  return (data?.length ?? 0) - (keys?.length ?? 0) + (temp?.length ?? 0);
};

describeObjectStore('files', () => ({ store, leftovers, pageSize: 1_000 }));

const put = (key: string, text: string) =>
  store.put(key, Readable.from([text]), { contentType: 'video/mp4' });

describe('the file store', () => {
  it('lets a reader go on while the object is replaced and removed', async () => {
    await put('open', 'as it was');
    const { body } = await store.get('open');
    await put('open', 'new');
    await store.remove('open');
    expect((await readAll(body)).toString()).toBe('as it was');
  });

  it('never shows a reader anything but a whole version', async () => {
    await put('busy', 'version-0');
    let writing = true;
    const writer = (async () => {
      for (let version = 0; version < 200; version += 1) await put('busy', `version-${version % 10}`);
      writing = false;
    })();
    while (writing)
      expect((await readAll((await store.get('busy')).body)).toString()).toMatch(/^version-\d$/);
    await writer;
    expect(await leftovers()).toBe(0);
  });

  it('sweeps what a crash left, and nothing else', async () => {
    await put('swept/kept', 'kept');
    await store.copy('swept/kept', 'swept/copy');
    await writeFile(join(folder, 'media', 'tmp', '6f2c0d1e-0000-4000-8000-000000000000'), '{"version":1');
    await writeFile(
      join(folder, 'media', 'data', (await readdir(join(folder, 'media', 'data')))[0] ?? '', 'orphan'),
      'x',
    );
    expect(await store.sweep(3_600_000)).toBe(0);
    expect(await store.sweep(-1_000)).toBe(2);
    expect(await leftovers()).toBe(0);
    expect((await readAll((await store.get('swept/copy')).body)).toString()).toBe('kept');
  });

  it('has its objects again after it was opened anew', async () => {
    await put('lasting', 'still here');
    const again = openStore(1);
    expect((await readAll((await again.get('lasting')).body)).toString()).toBe('still here');
  });

  it('leaves no empty folders behind', async () => {
    await put('deep/er/and/deeper', 'x');
    const before = await readdir(join(folder, 'media', 'keys'), { recursive: true });
    await put('one/two/three/four', 'x');
    await store.remove('one/two/three/four');
    expect(await readdir(join(folder, 'media', 'keys'), { recursive: true })).toEqual(before);
  });

  it('has the same objects where it does not wait for the disk', async () => {
    const hasty = openObjectStore({ ...config(1), sync: false });
    await hasty.put('hasty', Readable.from(['quick']), { contentType: 'video/mp4' });
    await hasty.copy('hasty', 'hasty-copy');
    await hasty.remove('hasty');
    expect((await readAll((await store.get('hasty-copy')).body)).toString()).toBe('quick');
    await store.remove('hasty-copy');
    expect(await leftovers()).toBe(0);
  });

  it('says that it cannot be used while its folder is missing', async () => {
    const missing = openObjectStore({
      kind: 'file',
      path: join(folder, 'nowhere'),
      bucket: 'media',
      publicBaseUrl: 'http://127.0.0.1:1/media',
      signingSecret: SECRET,
    });
    await expect(missing.ping()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });
});

describe('the media handler', () => {
  const url = (key: string) => store.signGet(key, { expiresInSeconds: 60 });
  const ask = async (key: string, headers: Record<string, string>, method = 'GET') =>
    fetch(await url(key), { headers, method });

  beforeAll(async () => {
    await put('film', '0123456789');
  });

  it('says what may be done with an answer', async () => {
    const { headers, status } = await ask('film', {});
    expect(status).toBe(200);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('accept-ranges')).toBe('bytes');
    expect(headers.get('cache-control')).toMatch(/^private, max-age=\d+$/);
    expect(headers.get('content-disposition')).toBe('inline');
    expect(headers.get('content-security-policy')).toBeNull();
  });

  it('answers HEAD like GET without a body', async () => {
    const answer = await ask('film', { range: 'bytes=5-' }, 'HEAD');
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([
      206,
      '5',
      '',
    ]);
  });

  it.each([
    ['bytes=0-0', 206, '0'],
    ['bytes=-3', 206, '789'],
    ['bytes=-100', 206, '0123456789'],
    ['bytes=4-100', 206, '456789'],
    ['bytes=10-', 416, ''],
    ['bytes=-0', 416, ''],
    ['bytes=5-2', 200, '0123456789'],
    ['bytes=0-1,4-5', 200, '0123456789'],
    ['items=0-1', 200, '0123456789'],
    ['bytes=a-b', 200, '0123456789'],
  ])('answers the range %s with %i', async (range, status, text) => {
    const answer = await ask('film', { range });
    expect([answer.status, await answer.text()]).toEqual([status, text]);
    if (status === 416) expect(answer.headers.get('content-range')).toBe('bytes */10');
  });

  it('sends a part only of the version that the client has', async () => {
    const etag = (await ask('film', {})).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"\w+"$/);
    expect((await ask('film', { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
    expect((await ask('film', { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
    expect((await ask('film', { 'if-none-match': `"x", ${etag}` })).status).toBe(304);
    expect((await ask('film', { 'if-none-match': '"x"' })).status).toBe(200);
  });

  it('sandboxes what a browser could run', async () => {
    await store.put('page', Readable.from(['<script>']), { contentType: 'text/html' });
    expect((await ask('page', {})).headers.get('content-security-policy')).toContain('sandbox');
  });

  it('reports problems as problem+json', async () => {
    for (const [target, status] of [
      [await url('gone'), 404],
      [(await url('film')).slice(0, -2), 403],
    ] as const) {
      const answer = await fetch(target);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json',
      ]);
      expect(await answer.json()).toMatchObject({
        status,
        title: expect.any(String) as unknown,
        detail: expect.any(String) as unknown,
      });
    }
  });

  it('refuses an upload of another type or size than signed, and keeps nothing of it', async () => {
    const signed = await store.signPut('up', {
      expiresInSeconds: 60,
      contentType: 'image/png',
      sizeBytes: 5,
    });
    const send = async (contentType: string, body: string) =>
      (await fetch(signed, { method: 'PUT', body, headers: { 'content-type': contentType } })).status;
    expect(await send('text/html', 'abc')).toBe(403);
    expect(await send('image/png', 'abcdef')).toBe(413);
    expect(await store.stat('up')).toBeUndefined();
    expect(await send('image/png', 'abcde')).toBe(200);
    expect((await fetch(signed.replace('max=5', 'max=6'), { method: 'PUT', body: 'abc' })).status).toBe(403);
  });

  it('keeps nothing of an upload whose sender goes away', async () => {
    const signed = await store.signPut('half', {
      expiresInSeconds: 60,
      contentType: 'image/png',
      sizeBytes: 1e9,
    });
    const abort = new AbortController();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(100_000)),
      pull: () => abort.abort(),
    });
    const init = {
      method: 'PUT',
      headers: { 'content-type': 'image/png' },
      duplex: 'half',
      signal: abort.signal,
    } as const;
    await expect(fetch(signed, { ...init, body })).rejects.toThrow();
    await until(async () => (await leftovers()) === 0);
    expect(await store.stat('half')).toBeUndefined();
  });

  it('survives clients that hang up in the middle', async () => {
    await store.put('long', Readable.from([Buffer.alloc(8_000_000)]), { contentType: 'video/mp4' });
    for (let tries = 0; tries < 5; tries += 1) {
      const abort = new AbortController();
      const answer = await fetch(await url('long'), { signal: abort.signal });
      abort.abort();
      await expect(answer.arrayBuffer()).rejects.toThrow();
    }
    expect((await ask('film', {})).status).toBe(200);
  });
});

/** Asks until it is so; fails by the test's own time limit. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
