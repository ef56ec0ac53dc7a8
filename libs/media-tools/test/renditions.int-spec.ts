import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  makeRenditions,
  pictureFacts,
  probeVideo,
  shrinkAnimation,
  spriteGridOf,
  tempDir,
  type RenditionPaths,
  type RenditionSource,
  type TempDir,
} from '../src/index';
import { make, makeVideos, type MadeVideos } from './made-files';

// Real programs, on machines that may be busy with more.
jest.setTimeout(60_000);

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const TIMEOUT = { timeoutMs: 30_000 };

let folder: TempDir;
let videos: MadeVideos;

beforeAll(async () => {
  folder = await tempDir('renditions');
  videos = await makeVideos(folder.path);
}, 60_000);
afterAll(() => folder.dispose());

const path = (name: string): string => join(folder.path, name);
async function sourceOf(input: string): Promise<RenditionSource> {
  const { durationSeconds, width, height, sizeBytes } = await probeVideo({ path: input });
  return { input, durationSeconds, width, height, sizeBytes };
}
const all = (name: string): Required<{ [kind in keyof RenditionPaths]: string }> => ({
  preview: path(`${name}.webp`),
  spritesheet: path(`${name}.jpg`),
  compressed: path(`${name}.small.mp4`),
});

describe('makeRenditions', () => {
  it('makes all of them from one video, upright, and the smaller copy plays with its sound', async () => {
    const source = await sourceOf(videos.mp4);
    const made = all('plain');
    await makeRenditions(source, made, TIMEOUT);
    expect(await pictureFacts(made.preview)).toEqual({ width: 320, height: 180, pages: 16 });
    const { columns, rows, tileWidth, tileHeight } = spriteGridOf(source);
    expect(await pictureFacts(made.spritesheet)).toEqual({
      width: columns * tileWidth,
      height: rows * tileHeight,
      pages: 1,
    });
    const copy = await probeVideo({ path: made.compressed });
    expect(copy).toMatchObject({ container: 'mp4', videoCodec: 'avc', audioCodec: 'aac', moovFirst: true });
    const upright = all('upright');
    await makeRenditions(await sourceOf(videos.rotated), upright, TIMEOUT);
    expect(await pictureFacts(upright.preview)).toMatchObject({ width: 180, height: 320 });
    expect(await probeVideo({ path: upright.compressed })).toMatchObject({ width: 180, height: 320 });
  });

  it('puts the picture of each moment where the grid says', async () => {
    // One colour a second: red, green, blue, white.
    const colours = ['red', 'lime', 'blue', 'white'].flatMap((colour) => [
      ...['-f', 'lavfi', '-i', `color=${colour}:size=320x180:rate=10:duration=1`],
    ]);
    await make(...colours, '-filter_complex', 'concat=n=4:v=1', ...H264, path('colours.mp4'));
    const source = await sourceOf(path('colours.mp4'));
    await makeRenditions(source, { spritesheet: path('colours.jpg') }, TIMEOUT);
    const grid = spriteGridOf(source);
    expect(grid).toMatchObject({ frames: 8, columns: 3, rows: 3, intervalSeconds: 0.5 });
    const { data, info } = await sharp(path('colours.jpg')).raw().toBuffer({ resolveWithObject: true });
    const isBright = (value: number | undefined): number => ((value ?? 0) > 128 ? 1 : 0);
    const seen = Array.from({ length: 9 }, (_, index) => {
      const x = (index % grid.columns) * grid.tileWidth + grid.tileWidth / 2;
      const y = Math.floor(index / grid.columns) * grid.tileHeight + grid.tileHeight / 2;
      const at = (y * info.width + x) * info.channels;
      return [data[at], data[at + 1], data[at + 2]].map(isBright).join('');
    });
    expect(seen).toEqual(['100', '100', '010', '010', '001', '001', '111', '111', '000']);
  });

  it('fills the grid also where the video ends before its index says', async () => {
    const source = { ...(await sourceOf(videos.mp4)), durationSeconds: 20 };
    await makeRenditions(source, { spritesheet: path('short.jpg') }, TIMEOUT);
    const { columns, rows, tileWidth, tileHeight } = spriteGridOf(source);
    const size = { width: columns * tileWidth, height: rows * tileHeight };
    expect(await pictureFacts(path('short.jpg'))).toMatchObject(size);
  });

  it('reads no further than the index says, however long the video goes on', async () => {
    const { input, ...facts } = await sourceOf(videos.mp4);
    await make(...['-stream_loop', '30', '-i', input, '-c', 'copy', path('long.mp4')]);
    const compressed = path('bounded.mp4');
    const claimed = { ...facts, input: path('long.mp4'), sizeBytes: 10_000_000 };
    await makeRenditions(claimed, { compressed }, TIMEOUT);
    expect((await probeVideo({ path: compressed })).durationSeconds).toBeLessThan(4);
  });

  it('refuses what cannot be decoded, what is no video and frames that are larger than their index says', async () => {
    const whole = await readFile(videos.fastStart);
    const damaged = Buffer.concat([whole.subarray(0, whole.length / 2), Buffer.alloc(whole.length / 2)]);
    damaged.fill(0, whole.indexOf('mdat') + 4);
    await writeFile(path('damaged.mp4'), damaged);
    const source = await sourceOf(videos.fastStart);
    const tries = [
      { ...source, input: path('damaged.mp4') },
      { ...source, input: path('playlist.mp4') },
    ];
    await writeFile(path('playlist.mp4'), `#EXTM3U\n#EXTINF:1,\nfile://${videos.mp4}\n`);
    await make('-f', 'lavfi', '-i', 'color=red:size=7680x4800:rate=1:duration=1', ...H264, path('bomb.mp4'));
    tries.push({ ...source, input: path('bomb.mp4') });
    for (const hostile of tries) {
      const failing = makeRenditions(hostile, all('hostile'), TIMEOUT);
      await expect(failing).rejects.toMatchObject({ code: 'media_invalid' });
    }
  });

  it('stops at its deadline', async () => {
    const source = await sourceOf(videos.mp4);
    const failing = makeRenditions(source, all('late'), { timeoutMs: 1 });
    await expect(failing).rejects.toMatchObject({ code: 'provider_timeout' });
  });
});

describe('shrinkAnimation', () => {
  it('makes a moving picture smaller until it fits, or says that it cannot', async () => {
    const noise = ['-f', 'lavfi', '-i', 'nullsrc=size=320x320:rate=8:duration=3'];
    await make(...noise, '-vf', 'geq=random(1)*255:128:128', ...H264, path('noise.mp4'));
    await makeRenditions(await sourceOf(path('noise.mp4')), { preview: path('noise.webp') }, TIMEOUT);
    const { size } = await stat(path('noise.webp'));
    await shrinkAnimation(path('noise.webp'), path('less.webp'), Math.floor(size / 2));
    expect((await stat(path('less.webp'))).size).toBeLessThanOrEqual(size / 2);
    expect((await pictureFacts(path('less.webp'))).pages).toBeGreaterThan(1);
    const failing = shrinkAnimation(path('noise.webp'), path('none.webp'), 1_000);
    await expect(failing).rejects.toMatchObject({ code: 'payload_too_large' });
  });
});
