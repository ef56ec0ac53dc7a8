import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { samplePath } from '@shotloom/testing';
import { ANIMATIC_LABEL } from '../src/engine';
import { planCamera } from '../src/engine/camera/plan-camera';
import { readCameraIntent } from '../src/engine/camera/read-camera-intent';
import { loadPicture } from '../src/engine/picture/load-picture';
import { pictureFilm, pictureSizeFor } from '../src/engine/picture/picture-film';
import {
  bestView,
  centreOfLight,
  difference,
  factsOf,
  firstAndLast,
  framesOf,
  topBoxes,
} from './support/frames';
import { image, removeWorkDirs, render, workDir } from './support/render';

jest.setTimeout(180_000);
afterAll(removeWorkDirs);

const SMALL = { width: 320, height: 180 };
const steps = (least: number, most: number, by: number): number[] =>
  Array.from({ length: Math.round((most - least) / by) + 1 }, (_, i) => least + i * by);

it('makes the film of the first promise: 5 s, 16:9, 720P, H.264, index in front, labelled', async () => {
  const { path, label, reports } = await render({ durationSeconds: 5 }, image(samplePath('coffee.png')));
  const { streams, tags, durationSeconds } = await factsOf(path);
  expect(streams).toHaveLength(1);
  expect(streams[0]).toMatchObject({
    codec_name: 'h264',
    width: 1280,
    height: 720,
    pix_fmt: 'yuv420p',
    r_frame_rate: '24/1',
    nb_read_frames: '120',
    color_space: 'bt709',
    color_primaries: 'bt709',
    color_transfer: 'bt709',
    color_range: 'tv',
  });
  expect(durationSeconds).toBeCloseTo(5, 2);
  const boxes = await topBoxes(path);
  expect(boxes.indexOf('moov')).toBeLessThan(boxes.indexOf('mdat'));
  expect(label).toBe(ANIMATIC_LABEL);
  expect(tags['comment']).toContain('no generative model');
  expect(tags['description']).toContain('Animatic');
  expect(reports.at(-1)).toEqual({ progress: 1, step: 'Rendering frame 120 of 120' });
  const progress = reports.map((report) => report.progress);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});

it.each([
  [720, 1280],
  [720, 720],
  [1920, 1080],
  [1080, 1920],
  [1080, 1080],
])('makes %i x %i', async (width, height) => {
  const { path } = await render({ width, height, durationSeconds: 1 }, image(samplePath('rocket.jpg')));
  const { streams, durationSeconds } = await factsOf(path);
  expect(streams[0]).toMatchObject({ width, height, nb_read_frames: '24', sample_aspect_ratio: '1:1' });
  expect(durationSeconds).toBeCloseTo(1, 2);
});

describe('the camera does what the prompt says', () => {
  const film = async (prompt: string) => {
    const { path } = await render({ prompt, width: 640, height: 360 }, image(samplePath('coffee.png')));
    return firstAndLast(path, SMALL, 48);
  };
  const zooms = steps(0.6, 1.6, 0.05).map((zoom) => ({ zoom }));
  const across = steps(-60, 60, 2).map((dx) => ({ dx }));
  const upright = steps(-40, 40, 2).map((dy) => ({ dy }));

  it.each(['camera zooms in', '镜头缓缓推进', 'dolly in'])('%s', async (prompt) => {
    const [first, last] = await film(prompt);
    expect(bestView(first, last, zooms).zoom).toBeGreaterThanOrEqual(1.1);
  });
  it('zoom out', async () => {
    const [first, last] = await film('zoom out');
    expect(bestView(last, first, zooms).zoom).toBeGreaterThanOrEqual(1.1);
  });
  it('pan left and right', async () => {
    const [left, right] = [await film('pan left'), await film('镜头向右摇')];
    expect(bestView(...left, across).dx).toBeLessThanOrEqual(-14);
    expect(bestView(...right, across).dx).toBeGreaterThanOrEqual(14);
  });
  it('tilt up and down', async () => {
    const [up, down] = [await film('tilt up'), await film('镜头下移')];
    expect(bestView(...up, upright).dy).toBeLessThanOrEqual(-6);
    expect(bestView(...down, upright).dy).toBeGreaterThanOrEqual(6);
  });
  it('hold', async () => {
    const [first, last] = await film('no camera movement');
    expect(difference(first, last)).toBeLessThan(1);
  });
});

it('moves a point of light evenly, far below a pixel, without trembling', async () => {
  const file = join(await workDir(), 'light.png');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720"><rect width="100%" height="100%"/>
    <defs><radialGradient id="g"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#000"/></radialGradient></defs>
    <circle cx="500" cy="300" r="60" fill="url(#g)"/></svg>`;
  await sharp(Buffer.from(svg)).png().toFile(file);
  const frame = { width: 1280, height: 720, frameCount: 96 };
  const plan = planCamera(readCameraIntent('slow pan left and slow zoom in'), {
    seed: 7,
    durationSeconds: 4,
  });
  const film = pictureFilm(await loadPicture(file, pictureSizeFor(frame)), plan, frame);
  const target = new Uint32Array(frame.width * frame.height);
  // Before the encoder, which moves a soft light by some tenths of a pixel on its own.
  const points = Array.from({ length: frame.frameCount }, (_, index) => {
    film.draw(index, target);
    return centreOfLight({ ...frame, values: new Uint8Array(target) });
  });
  const moves = points
    .slice(1)
    .map(({ x, y }, i) => ({ x: x - (points[i]?.x ?? 0), y: y - (points[i]?.y ?? 0) }));
  const jerks = moves
    .slice(1)
    .map(({ x, y }, i) => Math.hypot(x - (moves[i]?.x ?? 0), y - (moves[i]?.y ?? 0)));
  expect(Math.max(...moves.map(({ x }) => x))).toBeGreaterThan(0.8);
  expect(moves.every(({ x }) => x > -0.05)).toBe(true);
  // The eased path itself changes its step by up to 0.09; moves in whole pixels would jerk by one.
  expect(Math.max(...jerks)).toBeLessThan(0.15);
});

it('gives the same file for the same seed, and another film for another', async () => {
  const of = async (seed: number): Promise<Buffer> => {
    const { path } = await render(
      { seed, durationSeconds: 1, width: 640, height: 360 },
      image(samplePath('chelsea.png')),
    );
    return readFile(path);
  };
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const [one, again, other] = [await of(1), await of(1), await of(2)];
  expect(hash(one)).toBe(hash(again));
  expect(hash(one)).not.toBe(hash(other));
});

it('turns a photograph upright, and gives it a ground where it is transparent', async () => {
  const dir = await workDir();
  const half = (colour: string) => ({
    create: { width: 400, height: 100, channels: 3 as const, background: colour },
  });
  const white = await sharp(half('#ffffff')).png().toBuffer();
  // White above, black below; the orientation says that the camera was upside down.
  await sharp({ create: { width: 400, height: 200, channels: 3, background: '#000000' } })
    .composite([{ input: white, top: 0, left: 0 }])
    .withMetadata({ orientation: 3 })
    .jpeg()
    .toFile(join(dir, 'turned.jpg'));
  await sharp({ create: { width: 64, height: 64, channels: 4, background: '#00000000' } })
    .png()
    .toFile(join(dir, 'clear.png'));
  const frameOf = async (name: string) => {
    const { path } = await render(
      { prompt: 'hold', durationSeconds: 1, width: 640, height: 360 },
      image(join(dir, name)),
    );
    const [frame] = await framesOf(path, { width: 1, height: 8, only: [0] });
    return [...(frame?.values ?? [])];
  };
  const turned = await frameOf('turned.jpg');
  expect(turned[0]).toBeLessThan(20);
  expect(turned[7]).toBeGreaterThan(235);
  expect((await frameOf('clear.png'))[4]).toBeGreaterThan(235);
});

it('grades colours by style preset', async () => {
  const saturation = async (stylePreset: 'shonen' | 'seinen') => {
    const { path } = await render(
      { stylePreset, prompt: 'hold', durationSeconds: 1, width: 640, height: 360 },
      image(samplePath('coffee.png')),
    );
    return (await sharp(await pngOf(path)).stats()).channels.map(({ mean }) => mean);
  };
  const spread = ([r = 0, , b = 0]: number[]): number => r - b;
  expect(spread(await saturation('shonen'))).toBeGreaterThan(spread(await saturation('seinen')) + 10);
});

it('refuses what is no picture, or not a whole one', async () => {
  const dir = await workDir();
  await writeFile(join(dir, 'text.png'), 'not a picture');
  await writeFile(join(dir, 'torn.jpg'), (await readFile(samplePath('rocket.jpg'))).subarray(0, 30_000));
  for (const name of ['text.png', 'torn.jpg']) {
    await expect(render({}, image(join(dir, name)))).rejects.toMatchObject({
      code: 'media_invalid',
      retryable: false,
    });
  }
  await expect(render({})).rejects.toMatchObject({ code: 'invalid_input' });
});

it('stops soon when it is aborted', async () => {
  const stop = new AbortController();
  const rendering = render(
    { durationSeconds: 15, width: 1920, height: 1080 },
    image(samplePath('coffee.png')),
    stop.signal,
  );
  setTimeout(() => stop.abort(), 500);
  const from = performance.now();
  await expect(rendering).rejects.toMatchObject({ code: 'cancelled' });
  expect(performance.now() - from).toBeLessThan(5_000);
});

async function pngOf(path: string): Promise<Buffer> {
  const { execFileSync } = await import('node:child_process');
  return execFileSync('ffmpeg', [
    '-v',
    'error',
    '-i',
    path,
    '-frames:v',
    '1',
    '-f',
    'image2pipe',
    '-c:v',
    'png',
    '-',
  ]);
}
