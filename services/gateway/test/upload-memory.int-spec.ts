import { Readable } from 'node:stream';
import { waitFor } from '@shotloom/testing';
import { startGateway } from './gateway-fixture';

jest.setTimeout(120_000);

const GIB = 1024 ** 3;
const CHUNK = Buffer.alloc(256 * 1024, 7);
const MP4_HEAD = Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex');
/** Far below the size of the file, and above what a busy garbage collector leaves lying. */
const ALLOWED_GROWTH = 200 * 1024 * 1024;

function* formOf(size: number, boundary: string): Generator<Buffer> {
  yield Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="film.mp4"\r\n\r\n`,
  );
  yield MP4_HEAD;
  for (let sent = MP4_HEAD.length; sent < size; sent += CHUNK.length) {
    yield CHUNK.subarray(0, Math.min(CHUNK.length, size - sent));
  }
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

it('lets 1 GiB through with flat memory, where the limit is raised to that', async () => {
  const gateway = await startGateway({ UPLOAD_VIDEO_MAX_BYTES: String(GIB) });
  const user = await gateway.addUser();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
  try {
    const response = await fetch(`${gateway.url}/api/v1/upload`, {
      method: 'POST',
      headers: { 'x-api-key': user.apiKey, 'content-type': 'multipart/form-data; boundary=film' },
      body: Readable.toWeb(Readable.from(formOf(GIB, 'film'))) as ReadableStream,
      duplex: 'half',
    });
    expect(await response.json()).toMatchObject({ kind: 'video', size_bytes: GIB });
    expect(peak - before).toBeLessThan(ALLOWED_GROWTH);
    await waitFor(() => gateway.backstage.assets.size === 1, { what: 'the asset' });
  } finally {
    clearInterval(watch);
    await gateway.close();
  }
});
