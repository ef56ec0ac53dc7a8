import { execFileSync } from 'node:child_process';
import { titleWords } from '../src/engine/title/title-words';
import { drawText } from '../src/engine/title/draw-text';
import type { Raster } from '../src/engine/film/film';
import { difference, factsOf, firstAndLast, framesOf } from './support/frames';
import { removeWorkDirs, render } from './support/render';

jest.setTimeout(120_000);
afterAll(removeWorkDirs);

const SIZE = { width: 320, height: 180 };
const card = (prompt: string, change = {}) =>
  render({ operation: 'text-to-video', durationSeconds: 2, prompt, width: 640, height: 360, ...change });

it('makes a card in the asked size, on which text comes in', async () => {
  const { path } = await card('A lighthouse in the storm', { width: 720, height: 1280, durationSeconds: 3 });
  const { streams, durationSeconds } = await factsOf(path);
  expect(streams[0]).toMatchObject({
    codec_name: 'h264',
    width: 720,
    height: 1280,
    pix_fmt: 'yuv420p',
    nb_read_frames: '72',
  });
  expect(durationSeconds).toBeCloseTo(3, 2);
  const [first, last] = await firstAndLast(path, { width: 180, height: 320 }, 72);
  const brightest = (values: Uint8Array): number => values.reduce((a, b) => Math.max(a, b), 0);
  expect(brightest(last.values)).toBeGreaterThan(brightest(first.values) + 40);
});

it('shows another card for another text, and the same for the same', async () => {
  const last = async (prompt: string) => {
    const [frame] = await framesOf((await card(prompt)).path, { ...SIZE, only: [47] });
    if (!frame) throw new Error('no frame');
    return frame;
  };
  const [one, again, other] = [await last('雪落在旧城'), await last('雪落在旧城'), await last('风穿过竹林')];
  expect(difference(one, again)).toBe(0);
  expect(difference(one, other)).toBeGreaterThan(0.5);
});

it('sets a prompt that is made of markup, controls and emoji', async () => {
  const { path } = await card('<b>&amp;</b> "rain" \u0000\u0007 🎨 </span><svg onload=x>');
  expect((await factsOf(path)).streams[0]).toMatchObject({ nb_read_frames: '48' });
});

it('sets the longest prompt', async () => {
  const { path } = await card('远处的灯塔亮起，'.repeat(250), { width: 360, height: 640 });
  expect((await factsOf(path)).streams[0]).toMatchObject({ width: 360, height: 640 });
});

describe('text', () => {
  const draw = (text: string, change = {}): Promise<Raster> =>
    drawText({
      text,
      weight: 'Bold',
      size: 60,
      minSize: 20,
      maxWidth: 900,
      maxHeight: 600,
      colour: '#ffffff',
      ...change,
    });
  const ink = ({ pixels }: Raster): number => pixels.reduce((sum, pixel) => sum + (pixel >>> 24), 0) / 255;
  const look = ({ width, pixels }: Raster): string => `${width}:${pixels.join()}`;

  it('has a font for Chinese here', () => {
    expect(execFileSync('fc-list', [':charset=6c38 9f98', 'family']).toString()).not.toBe('');
  });

  it('shows real Chinese letters and not boxes', async () => {
    // What has no letter in any font gets the same kind of box; real letters differ in shape and in how much ink they take.
    const letters = await Promise.all([...'永龘一風鈴'].map((letter) => draw(letter)));
    expect(new Set(letters.map(look)).size).toBe(5);
    expect(letters.map(ink)).not.toContain(0);
    const [, dense, sparse] = letters.map(ink);
    expect(dense ?? 0).toBeGreaterThan(4 * (sparse ?? Infinity));
  });

  it('breaks Chinese lines, which have no spaces', async () => {
    const [one, two] = [await draw('风铃轻响孩子们跑'), await draw('风铃轻响孩子们跑', { maxWidth: 250 })];
    expect(two.width).toBeLessThanOrEqual(250);
    expect(two.height).toBeGreaterThan(one.height * 1.8);
  });

  it('becomes smaller where it would be too high, and fits', async () => {
    const { width, height } = await draw(titleWords('word '.repeat(40)).title, {
      maxWidth: 300,
      maxHeight: 200,
    });
    expect(width).toBeLessThanOrEqual(300);
    expect(height).toBeLessThanOrEqual(200);
  });
});
