import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ShotloomClient, type ResumableOptions, type UploadResource } from '@shotloom/sdk';
import { samplePath, startPlatform, type RunningPlatform } from '@shotloom/testing';

/** A resumable upload over processes that die without a word. */
jest.setTimeout(240_000);

let platform: RunningPlatform;
let photo: Buffer;
beforeAll(async () => {
  [platform, photo] = await Promise.all([startPlatform(), readFile(samplePath('astronaut.png'))]);
});
afterAll(() => platform.stop());

const PIECES = 12;

/** Anew each time: a process that comes back may have another address. */
function send(options: ResumableOptions): Promise<UploadResource> {
  const { gatewayUrl: baseUrl, apiKey } = platform.runtime;
  const client = new ShotloomClient({ baseUrl, apiKey, backoff: { baseMs: 100, maxMs: 1_000 } });
  const chunkBytes = Math.ceil(photo.length / PIECES);
  return client.uploadResumable(new Blob([new Uint8Array(photo)], { type: 'image/png' }), {
    ...{ fileName: 'astronaut.png', chunkBytes },
    ...options,
  });
}

it.each(['storage', 'gateway'])(
  'goes on after kill -9 of %s in the middle, and is exactly the file',
  async (unit) => {
    let address = '';
    let killed: Promise<void> | undefined;
    const stop = new AbortController();
    const first = send({
      signal: stop.signal,
      onBegun: (begun) => (address = begun),
      onProgress: (sent) => {
        if (sent < photo.length / 2 || killed) return;
        killed = platform.kill(unit, 'SIGKILL').then(() => stop.abort(new Error(`${unit} is dead`)));
      },
    });
    await expect(first).rejects.toThrow();
    await killed;
    await platform.restart(unit);
    const offsets: number[] = [];
    const stored = await send({ resume: address, onProgress: (sent) => offsets.push(sent) });
    // What had arrived is there still, and was not sent again.
    expect(offsets[0]).toBeGreaterThanOrEqual(photo.length / 2);
    expect(stored).toMatchObject({
      size_bytes: photo.length,
      sha256: createHash('sha256').update(photo).digest('hex'),
      kind: 'image',
    });
  },
);
