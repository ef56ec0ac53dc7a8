import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { difference, factsOf, framesOf, topBoxes, type Grey } from './support/frames';
import { loudness, makeClip } from './support/clips';
import { removeWorkDirs, render, video, workDir } from './support/render';

jest.setTimeout(180_000);
afterAll(removeWorkDirs);

const FRAME = { width: 640, height: 360 };
const draw = (path: string, change = {}) =>
  render(
    { operation: 'video-to-anime', durationSeconds: 5, strength: 0.8, ...FRAME, ...change },
    video(path),
  );

it('redraws a video in the asked size with its sound, as long as it is', async () => {
  const clip = await makeClip(await workDir(), 'clip.mp4');
  const { path, reports } = await draw(clip, { width: 720, height: 720 });
  const { streams, durationSeconds, tags } = await factsOf(path);
  expect(streams[0]).toMatchObject({
    codec_name: 'h264',
    width: 720,
    height: 720,
    pix_fmt: 'yuv420p',
    r_frame_rate: '24/1',
    nb_read_frames: '48',
    color_space: 'bt709',
    sample_aspect_ratio: '1:1',
  });
  expect(streams[1]).toMatchObject({ codec_name: 'aac' });
  expect(Math.abs((await loudness(path)) - (await loudness(clip)))).toBeLessThan(3);
  expect(Math.abs(durationSeconds - 2)).toBeLessThan(1 / 24 + 0.03);
  expect((await topBoxes(path)).indexOf('moov')).toBeLessThan((await topBoxes(path)).indexOf('mdat'));
  expect(tags['comment']).toContain('no generative model');
  expect(reports.at(-1)).toEqual({ progress: 1, step: 'Rendering frame 48 of 48' });
});

it('takes no more than the asked seconds, and a video without sound', async () => {
  const { path } = await draw(await makeClip(await workDir(), 'clip.mp4', { seconds: 3, sound: false }), {
    durationSeconds: 1,
  });
  const { streams, durationSeconds } = await factsOf(path);
  expect(streams).toHaveLength(1);
  expect(streams[0]).toMatchObject({ nb_read_frames: '24' });
  expect(durationSeconds).toBeCloseTo(1, 1);
});

it.each(['clip.webm', 'clip.mov'])('takes %s', async (name) => {
  const { path } = await draw(await makeClip(await workDir(), name), { durationSeconds: 1 });
  const { streams } = await factsOf(path);
  expect(streams.map((stream) => stream['codec_name'])).toEqual(['h264', 'aac']);
});

it('does nearly nothing at strength 0, and much at 1', async () => {
  const clip = await makeClip(await workDir(), 'clip.mp4', { sound: false });
  const at = async (strength: number): Promise<Grey> =>
    frame((await draw(clip, { strength, durationSeconds: 1 })).path);
  const [none, half, full] = [await at(0), await at(0.5), await at(1)];
  const [half0, full0] = [difference(none, half), difference(none, full)];
  const original = await frame(clip, 'crop=480:270,');
  expect(difference(none, original)).toBeLessThan(4);
  expect(full0).toBeGreaterThan(5);
  expect(half0).toBeGreaterThan(full0 * 0.3);
  expect(half0).toBeLessThan(full0 * 0.7);
  // Flat colours: fewer shades than before.
  expect(shades(full)).toBeLessThan(shades(none));
});

it('turns a clip of a phone upright', async () => {
  const clip = await makeClip(await workDir(), 'clip.mp4', { rotate: 90, sound: false });
  const { path } = await draw(clip, { strength: 0, durationSeconds: 1, width: 360, height: 640 });
  const upright = await frame(path);
  const { path: lying } = await draw(await makeClip(await workDir(), 'clip.mp4', { sound: false }), {
    strength: 0,
    durationSeconds: 1,
    width: 360,
    height: 640,
  });
  expect(difference(upright, await frame(lying))).toBeGreaterThan(10);
});

it('opens nothing but the file: a playlist in the clothes of a video is refused', async () => {
  const dir = await workDir();
  const secret = await makeClip(dir, 'secret.mp4');
  await writeFile(
    join(dir, 'list.mp4'),
    `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://${secret}\n#EXT-X-ENDLIST\n`,
  );
  await writeFile(join(dir, 'concat.mp4'), `ffconcat version 1.0\nfile '${secret}'\n`);
  for (const name of ['list.mp4', 'concat.mp4']) {
    await expect(draw(join(dir, name))).rejects.toMatchObject({ code: 'media_invalid', retryable: false });
  }
});

async function frame(path: string, before = ''): Promise<Grey> {
  if (before === '') {
    const [first] = await framesOf(path, { width: 160, height: 90, only: [0] });
    if (first) return first;
  }
  const filter = `${before}scale=160:90:flags=area`;
  const args = [
    '-v',
    'error',
    '-i',
    path,
    '-vf',
    filter,
    '-frames:v',
    '1',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    '-',
  ];
  return { width: 160, height: 90, values: new Uint8Array(execFileSync('ffmpeg', args)) };
}

/** How many shades it takes to make nine tenths of a frame. */
function shades({ values }: Grey): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let rest = values.length * 0.9;
  return [...counts.values()].sort((a, b) => b - a).findIndex((count) => (rest -= count) <= 0);
}
