import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '@shotloom/kernel';
import { runFfmpeg } from './run-ffmpeg';
import { safeInputArgs } from './safe-input';

export interface ExtractPosterOptions {
  /** Path of the video. */
  readonly input: string;
  /** Path of the JPEG to write; an existing file is replaced. */
  readonly output: string;
  /** Where in the video, in seconds; past its end the first frame is taken. */
  readonly atSeconds: number;
  /** Pixels; a smaller video is not blown up. The height follows. */
  readonly width: number;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** Writes one frame of a video as a JPEG. Throws `media_invalid` where there is no frame to be had, and as `runFfmpeg` does. */
export async function extractPoster(options: ExtractPosterOptions): Promise<void> {
  await rm(options.output, { force: true });
  if (options.atSeconds > 0) await writeFrame(options, options.atSeconds);
  if (await hasContent(options.output)) return;
  await writeFrame(options, 0);
  if (await hasContent(options.output)) return;
  throw new AppError('media_invalid', 'The video has no frame that could be shown.');
}

async function writeFrame(options: ExtractPosterOptions, atSeconds: number): Promise<void> {
  const { input, output, width, signal, timeoutMs = 30_000 } = options;
  const picture = [
    '-map',
    '0:v:0',
    '-frames:v',
    '1',
    '-an',
    '-vf',
    `scale='min(${width},iw)':-2,format=yuvj420p`,
  ];
  const jpeg = ['-c:v', 'mjpeg', '-q:v', '3', '-f', 'mjpeg', `file:${resolve(output)}`];
  const args = ['-ss', String(atSeconds), ...(await safeInputArgs(input, ['video'])), ...picture, ...jpeg];
  await runFfmpeg(args, { timeoutMs, threads: 1, ...(signal === undefined ? {} : { signal }) });
}

const hasContent = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).size > 0;
  } catch {
    return false;
  }
};
