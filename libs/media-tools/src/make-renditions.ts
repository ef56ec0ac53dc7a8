import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { runFfmpeg, type RunFfmpegOptions } from './run-ffmpeg';
import { safeInputArgs } from './safe-input';
import { fitInto, spriteGridOf, type ShownVideo } from './sprite-grid';

/** What is to be made of one video. A path that is left out is not made; an existing file is replaced. */
export interface RenditionPaths {
  /** An animated WebP of the first seconds, without sound. */
  readonly preview?: string | undefined;
  /** A JPEG with the pictures of `spriteGridOf`. */
  readonly spritesheet?: string | undefined;
  /** A smaller copy: H.264 and AAC in an MP4 that plays while it loads. */
  readonly compressed?: string | undefined;
}

export interface RenditionSource extends ShownVideo {
  /** Path of the video. */
  readonly input: string;
  readonly sizeBytes: number;
}

export type RenditionOptions = Pick<RunFfmpegOptions, 'signal' | 'niceness' | 'timeoutMs'>;

const PREVIEW = { seconds: 3, fps: 8, side: 320 } as const;
/** Pixels of the shorter side of the smaller copy. */
const COMPRESSED_SIDE = 720;
/** A file may go on for longer than its index says: it is read so much further and not to an end that never comes. Seconds. */
const GRACE_SECONDS = 1;

/**
 * Makes all that is asked for by one run of ffmpeg, which decodes the video once, in one thread. Throws `media_invalid` where the video
 * cannot be decoded, and as `runFfmpeg` does.
 */
export async function makeRenditions(
  source: RenditionSource,
  paths: RenditionPaths,
  { signal, niceness, timeoutMs }: RenditionOptions,
): Promise<void> {
  const outputs = [
    ...(paths.compressed === undefined ? [] : [...compressedArgs(source), pathArg(paths.compressed)]),
    ...(paths.spritesheet === undefined ? [] : [...spritesheetArgs(source), pathArg(paths.spritesheet)]),
    ...(paths.preview === undefined ? [] : [...previewArgs(source), pathArg(paths.preview)]),
  ];
  if (outputs.length === 0) return;
  for (const path of [paths.compressed, paths.spritesheet, paths.preview]) {
    if (path !== undefined) await rm(path, { force: true });
  }
  const until = String(source.durationSeconds + GRACE_SECONDS);
  const input = ['-threads', '1', '-t', until, ...(await safeInputArgs(source.input, ['video']))];
  const more = { ...(signal ? { signal } : {}), ...(niceness === undefined ? {} : { niceness }) };
  await runFfmpeg([...input, ...outputs], { timeoutMs, threads: 1, ...more });
}

const pathArg = (path: string): string => `file:${resolve(path)}`;
const PICTURE = ['-map', '0:v:0', '-threads', '1'];
/** Nothing of what the file said of itself (places, names, comments) goes into what is made of it. */
const NO_METADATA = ['-map_metadata', '-1', '-map_chapters', '-1'];

function previewArgs(source: RenditionSource): string[] {
  const { width, height } = fitInto(PREVIEW.side, source);
  const filter = `fps=${PREVIEW.fps},scale=${width}:${height},setsar=1,format=yuv420p`;
  const encoder = ['-c:v', 'libwebp_anim', '-quality', '50', '-compression_level', '1', '-loop', '0'];
  return [
    ...[...PICTURE, '-an', '-t', String(PREVIEW.seconds), '-vf', filter],
    ...[...encoder, ...NO_METADATA, '-f', 'webp'],
  ];
}

function spritesheetArgs(source: RenditionSource): string[] {
  const { columns, rows, frames, intervalSeconds, tileWidth, tileHeight } = spriteGridOf(source);
  // As many pictures as the grid says, whatever the file holds: where it ends early, its last one stands for the rest.
  const pick = `fps=fps=1/${intervalSeconds}:round=up,tpad=stop=-1:stop_mode=clone,trim=end_frame=${frames}`;
  const draw = `scale=${tileWidth}:${tileHeight},setsar=1,format=yuvj420p,tile=${columns}x${rows}`;
  return [
    ...[...PICTURE, '-an', '-vf', `${pick},${draw}`, '-frames:v', '1'],
    ...['-c:v', 'mjpeg', '-q:v', '5', ...NO_METADATA, '-f', 'mjpeg'],
  ];
}

function compressedArgs({ width, height, sizeBytes }: RenditionSource): string[] {
  const shorter = Math.min(width, height);
  const longerSide = Math.round((Math.max(width, height) * Math.min(shorter, COMPRESSED_SIDE)) / shorter);
  const size = fitInto(longerSide, { width, height });
  const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '28', '-pix_fmt', 'yuv420p'];
  return [
    ...[...PICTURE, '-map', '0:a:0?', '-vf', `scale=${size.width}:${size.height},setsar=1`, ...encoder],
    ...['-c:a', 'aac', '-b:a', '96k', '-ac', '2', ...NO_METADATA],
    // A copy as large as its original is of no use: it ends there.
    ...['-fs', String(sizeBytes), '-movflags', '+faststart', '-f', 'mp4'],
  ];
}
