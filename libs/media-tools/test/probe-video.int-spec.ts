import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@shotloom/kernel';
import { probeVideo, tempDir, type RangeReader, type TempDir } from '../src/index';
import { makeVideos, type MadeVideos } from './made-files';

// Real disks and real programs, on machines that may be busy with more.
jest.setTimeout(60_000);

let folder: TempDir;
let videos: MadeVideos;

beforeAll(async () => {
  folder = await tempDir('probe-video');
  videos = await makeVideos(folder.path);
}, 60_000);
afterAll(() => folder.dispose());

const readerOf = (bytes: Buffer): RangeReader => ({
  size: bytes.length,
  read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
});
const write = async (name: string, bytes: Buffer | string): Promise<string> => {
  const path = join(folder.path, name);
  await writeFile(path, bytes);
  return path;
};
const INVALID = { code: 'media_invalid', retryable: false };

describe('probeVideo', () => {
  it('tells what an MP4 is', async () => {
    expect(await probeVideo({ path: videos.mp4 })).toEqual({
      container: 'mp4',
      durationSeconds: expect.closeTo(2, 1) as unknown,
      width: 320,
      height: 180,
      fps: 25,
      frameCount: 50,
      videoCodec: 'avc',
      audioCodec: 'aac',
      pixelFormat: 'yuv420p',
      sizeBytes: (await readFile(videos.mp4)).length,
      moovFirst: false,
    });
  });

  it.each([
    ['fastStart', { container: 'mp4', moovFirst: true, frameCount: 50 }],
    ['fragmented', { container: 'mp4', moovFirst: true, frameCount: 50, fps: 25 }],
    [
      'webm',
      { container: 'webm', moovFirst: true, videoCodec: 'vp9', audioCodec: 'opus', width: 320, height: 180 },
    ],
    ['rotated', { container: 'mov', width: 180, height: 320 }],
  ] as const)('knows a %s file', async (name, facts) => {
    const probe = await probeVideo({ path: videos[name] });
    expect(probe).toMatchObject(facts);
    expect(probe.durationSeconds).toBeCloseTo(2, 1);
    expect(probe.fps).toBeCloseTo(25, 0);
    expect('audioCodec' in probe).toBe(name === 'fastStart' || name === 'webm');
  });

  it('gives the same by path, by stream and by ranges', async () => {
    const bytes = await readFile(videos.mp4);
    const byPath = await probeVideo({ path: videos.mp4 });
    expect(await probeVideo({ stream: createReadStream(videos.mp4) })).toEqual(byPath);
    expect(await probeVideo(readerOf(bytes))).toEqual(byPath);
  });

  it('probes many at once', async () => {
    const probes = await Promise.all(Array.from({ length: 12 }, () => probeVideo({ path: videos.mp4 })));
    expect(new Set(probes.map(({ frameCount }) => frameCount))).toEqual(new Set([50]));
  });

  it.each(['mp4', 'fastStart', 'fragmented', 'webm'] as const)(
    'asks for nothing of a %s file that is in memory already',
    async (name) => {
      const bytes = await readFile(videos[name]);
      const byPath = await probeVideo({ path: videos[name] });
      const unreadable = () => Promise.reject(new Error('It was asked for.'));
      expect(await probeVideo({ size: bytes.length, head: bytes, read: unreadable })).toEqual(byPath);
      let lowest = bytes.length;
      const half = bytes.subarray(0, Math.floor(bytes.length / 2));
      const late: RangeReader = {
        ...{ size: bytes.length, head: half },
        read: (start, end) => {
          lowest = Math.min(lowest, end);
          return Promise.resolve(bytes.subarray(start, end));
        },
      };
      expect(await probeVideo(late)).toEqual(byPath);
      expect(lowest).toBeGreaterThan(half.length);
    },
  );

  it('reads only a small part of a large file', async () => {
    const moov = await readFile(videos.fastStart);
    // A free box after the end, as large as a long video's data.
    const padding = Buffer.alloc(64_000_000);
    padding.writeUInt32BE(padding.length, 0);
    padding.write('free', 4);
    let read = 0;
    const whole = readerOf(Buffer.concat([moov, padding]));
    const counting: RangeReader = {
      size: whole.size,
      read: (start, end) => {
        read += end - start;
        return whole.read(start, end);
      },
    };
    await probeVideo(counting);
    expect(read).toBeLessThan(8_000_000);
  });

  it('refuses a stream that is larger than allowed', async () => {
    const probing = probeVideo({ stream: createReadStream(videos.mp4), maxBytes: 1_000 });
    await expect(probing).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it("passes a store's error on, since the file is not to blame", async () => {
    const unavailable = new AppError('unavailable', 'The store is away.', { retryable: true });
    const bytes = await readFile(videos.mp4);
    let failures = 0;
    for (let working = 0; failures === working; working += 1) {
      let reads = 0;
      const failing: RangeReader = {
        size: bytes.length,
        read: (start, end) => {
          reads += 1;
          return reads > working ? Promise.reject(unavailable) : Promise.resolve(bytes.subarray(start, end));
        },
      };
      const outcome = await probeVideo(failing).catch((error: unknown) => error);
      if (outcome === unavailable) failures += 1;
      else expect(outcome).toMatchObject({ frameCount: 50 });
    }
    expect(failures).toBeGreaterThan(4);
  });
});

describe('probeVideo refuses', () => {
  it.each([
    ['nothing', ''],
    ['text', 'not a video at all, whatever its name says'],
    ['an HTML page', '<!doctype html><title>404</title>'],
    ['an ffmpeg list', "ffconcat version 1.0\nfile '/etc/passwd'\n"],
    [
      'a playlist',
      '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:1/secret\n#EXT-X-ENDLIST\n',
    ],
    ['a zeroed file', Buffer.alloc(100_000)],
  ])('%s that is named .mp4', async (_, content) => {
    await expect(probeVideo({ path: await write('hostile.mp4', content) })).rejects.toMatchObject(INVALID);
  });

  it.each(['mp4', 'fastStart', 'fragmented', 'webm'] as const)('a %s file cut at any place', async (name) => {
    const bytes = await readFile(videos[name]);
    for (const part of [0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
      const cut = readerOf(bytes.subarray(0, Math.floor(bytes.length * part)));
      await expect(probeVideo(cut)).rejects.toMatchObject(INVALID);
    }
  });

  it('sound without a picture', async () => {
    await expect(probeVideo({ path: videos.soundOnly })).rejects.toMatchObject(INVALID);
  });

  it('whatever is damaged, without hanging or dying', async () => {
    const bytes = await readFile(videos.fastStart);
    // 1 to 12 are quick; 14 sends the parser into a loop, which only ending its thread gets out of.
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14]) {
      const damaged = Buffer.from(bytes);
      // In the first 2 KB, where the structure is; a multiplicative walk, so that each seed damages other places.
      for (let hit = 1; hit <= 4; hit += 1) damaged[(seed * 7919 * hit) % 2_000] = (seed * 31 * hit) % 256;
      const outcome = await probeVideo(readerOf(damaged)).then(
        () => 'ok',
        (error: unknown) => (error instanceof AppError ? error.code : error),
      );
      expect(['ok', 'media_invalid']).toContain(outcome);
    }
  }, 60_000);

  it('a box that claims to be larger than anything', async () => {
    const bytes = Buffer.from(await readFile(videos.fastStart));
    bytes.writeUInt32BE(0xffffffff, bytes.indexOf('mdat') - 4);
    await expect(probeVideo(readerOf(bytes))).rejects.toMatchObject(INVALID);
  });
});
