import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { request } from 'node:http';
import { samplePath, startPlatform, type RunningPlatform } from '@shotloom/testing';
import { Api } from './support/api';
import { Truth } from './support/truth';

jest.setTimeout(240_000);

const GIB = 1024 ** 3;
let platform: RunningPlatform;
let api: Api;
beforeAll(async () => {
  platform = await startPlatform({ env: { UPLOAD_VIDEO_MAX_BYTES: String(2 * GIB) } });
  api = new Api(platform.runtime);
});
afterAll(() => platform.stop());

/** Resident memory of a process, in bytes. */
async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
}

it('streams a gigabyte through without holding it', async () => {
  const watched = ['gateway', 'storage'].map((name) => platform.runtime.pids[name] ?? 0);
  const before = await Promise.all(watched.map(resident));
  const peak = [...before];
  const timer = setInterval(() => {
    void Promise.all(watched.map(resident)).then((now) =>
      now.forEach((value, index) => (peak[index] = Math.max(peak[index] ?? 0, value))),
    );
  }, 50);
  const answer = await uploadEndless(GIB);
  clearInterval(timer);
  // What was sent starts like a film and is none: it is taken whole, looked at, refused, and removed.
  expect(answer.status).toBe(422);
  const growth = peak.map((value, index) => value - (before[index] ?? 0));
  for (const bytes of growth) expect(bytes).toBeLessThan(150 * 1024 * 1024);
  const truth = new Truth(platform.runtime);
  expect(await truth.objectKeys('uploads/')).toEqual([]);
  await truth.close();
});

it('leaves nothing behind of an upload that the client breaks off', async () => {
  const boundary = 'cut';
  const outgoing = request(new URL('/api/v1/upload', platform.runtime.gatewayUrl), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${platform.runtime.apiKey}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
  });
  const gone = new Promise((resolve) => outgoing.once('close', resolve));
  outgoing.on('error', () => undefined);
  outgoing.write(`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n`);
  outgoing.write(await readFile(samplePath('astronaut.png')));
  outgoing.destroy();
  await gone;
  const truth = new Truth(platform.runtime);
  expect(await truth.objectKeys('uploads/')).toEqual([]);
  await truth.close();
});

it('keeps of a file name only its base', async () => {
  const form = new FormData();
  form.set(
    'file',
    new Blob([new Uint8Array(await readFile(samplePath('chelsea.png')))]),
    '../../etc/cat\u0000.png',
  );
  const upload = await api.json<{ file_name: string }>('/api/v1/upload', { method: 'POST', body: form });
  expect(upload.file_name).toMatch(/^cat.?\.png$/);
});

/** Posts `bytes` of something that begins like an MP4, made while it is sent. */
async function uploadEndless(bytes: number): Promise<{ status: number; body: string }> {
  const boundary = 'gigabyte';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="long.mp4"\r\ncontent-type: video/mp4\r\n\r\n`;
  const ftyp = Buffer.from('000000186674797069736f6d0000020069736f6d6d703432', 'hex');
  function* content(): Generator<Buffer> {
    yield Buffer.from(head);
    yield ftyp;
    const block = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < bytes; sent += block.length) yield block;
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL('/api/v1/upload', platform.runtime.gatewayUrl),
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${platform.runtime.apiKey}`,
          'content-type': `multipart/form-data; boundary=${boundary}`,
        },
      },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    outgoing.on('error', reject);
    Readable.from(content()).pipe(outgoing);
  });
}
