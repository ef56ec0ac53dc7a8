import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg } from '@shotloom/media-tools';
import { samplePath } from '@shotloom/testing';

const run = promisify(execFile);

/** Writes a short real clip of a sample photograph that moves, with a tone where `sound` says so. */
export async function makeClip(
  dir: string,
  name: string,
  { seconds = 2, sound = true, rotate = 0 }: { seconds?: number; sound?: boolean; rotate?: number } = {},
): Promise<string> {
  const path = join(dir, name);
  const webm = name.endsWith('.webm');
  const picture = ['-loop', '1', '-framerate', '30', '-i', samplePath('rocket.jpg')];
  const tone = sound ? ['-f', 'lavfi', '-i', `sine=440:duration=${seconds}`] : [];
  await run(findFfmpeg().ffmpeg, [
    ...['-v', 'error', '-y', ...picture, ...tone, '-vf', 'scale=640:-2,crop=480:320:x=n:y=20'],
    ...['-t', `${seconds}`, '-pix_fmt', 'yuv420p'],
    ...(webm ? ['-c:v', 'libvpx', '-b:v', '1M', '-c:a', 'libvorbis'] : ['-c:v', 'libx264', '-c:a', 'aac']),
    path,
  ]);
  if (rotate === 0) return path;
  const turned = join(dir, `turned-${name}`);
  await run(findFfmpeg().ffmpeg, [
    '-v',
    'error',
    '-y',
    '-i',
    path,
    '-c',
    'copy',
    '-metadata:s:v',
    `rotate=${rotate}`,
    turned,
  ]);
  return turned;
}

/** Sound level of a file in decibels. */
export async function loudness(path: string): Promise<number> {
  const { stderr } = await run(findFfmpeg().ffmpeg, [
    '-i',
    path,
    '-af',
    'volumedetect',
    '-vn',
    '-f',
    'null',
    '-',
  ]);
  return Number(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1]);
}
