import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg } from '../src/index';

const run = promisify(execFile);

/** Runs the real ffmpeg to make a file to test with. */
export async function make(...args: string[]): Promise<void> {
  await run(findFfmpeg().ffmpeg, ['-v', 'error', '-y', ...args]);
}

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=2'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

export interface MadeVideos {
  /** 2 s, 320x180, 25 fps, H.264 and AAC, index at the end. */
  readonly mp4: string;
  /** The same with the index first. */
  readonly fastStart: string;
  /** Fragmented, without sound. */
  readonly fragmented: string;
  /** VP9 and Opus. */
  readonly webm: string;
  /** Stored lying, to be shown upright: 180x320. */
  readonly rotated: string;
  /** Sound without a picture. */
  readonly soundOnly: string;
}

export async function makeVideos(folder: string): Promise<MadeVideos> {
  const path = (name: string): string => join(folder, name);
  const [mp4, fastStart, fragmented] = [path('plain.mp4'), path('fast.mp4'), path('fragmented.mp4')];
  const [webm, rotated, soundOnly] = [path('a.webm'), path('rotated.mov'), path('sound.mp4')];
  await make(...PICTURE, ...SOUND, ...H264, '-c:a', 'aac', mp4);
  await make('-i', mp4, '-c', 'copy', '-movflags', '+faststart', fastStart);
  await make(
    '-i',
    mp4,
    '-an',
    '-c',
    'copy',
    '-movflags',
    'frag_keyframe+empty_moov+default_base_moof',
    fragmented,
  );
  await make(
    ...PICTURE,
    ...SOUND,
    '-c:v',
    'libvpx-vp9',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-c:a',
    'libopus',
    webm,
  );
  await make('-i', mp4, '-an', '-c', 'copy', '-metadata:s:v:0', 'rotate=90', rotated);
  await make(...SOUND, '-c:a', 'aac', soundOnly);
  return { mp4, fastStart, fragmented, webm, rotated, soundOnly };
}
