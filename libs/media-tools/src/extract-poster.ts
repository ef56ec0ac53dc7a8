import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '@shotloom/kernel';
import { runFfmpeg, type RunFfmpegOptions } from './run-ffmpeg';
import { safeInputArgs } from './safe-input';

export interface Poster {
  /** Path of the video. */
  readonly input: string;
  /** Path of the JPEG to write; an existing file is replaced. */
  readonly output: string;
  /** Where in the video, in seconds; past its end the first frame is taken. */
  readonly atSeconds: number;
  /** Pixels; a smaller video is not blown up. The height follows. */
  readonly width: number;
}

/** `timeoutMs` is of one run of ffmpeg, 30 seconds unless told. */
export type PosterOptions = Pick<RunFfmpegOptions, 'signal' | 'niceness'> & { readonly timeoutMs?: number };

export type ExtractPosterOptions = Poster & PosterOptions;

const TIMEOUT_MS = 30_000;

/** Writes one frame of a video as a JPEG. Throws `media_invalid` where there is no frame to be had, and as `runFfmpeg` does. */
export async function extractPoster(options: ExtractPosterOptions): Promise<void> {
  await rm(options.output, { force: true });
  if (options.atSeconds > 0) await writeFrames([options], options);
  if (await hasContent(options.output)) return;
  await writeFrames([{ ...options, atSeconds: 0 }], options);
  if (await hasContent(options.output)) return;
  throw new AppError('media_invalid', 'The video has no frame that could be shown.');
}

/**
 * The same for some videos with one run of ffmpeg, since starting it costs more than a frame does. All videos are open at once, so
 * give it few large ones. Those that fail in company are tried alone: the result is the error of each, or nothing where it went well.
 */
export async function extractPosters(
  posters: readonly Poster[],
  options: PosterOptions,
): Promise<readonly (AppError | undefined)[]> {
  const together = posters.length > 1 && (await drawTogether(posters, options));
  const errors: (AppError | undefined)[] = [];
  for (const poster of posters) {
    const isDrawn = together && (await hasContent(poster.output));
    errors.push(isDrawn ? undefined : await errorOf(extractPoster({ ...poster, ...options })));
  }
  return errors;
}

/** False where one damaged video has ended the run for all of them, so that no picture of it is to be trusted. */
async function drawTogether(posters: readonly Poster[], options: PosterOptions): Promise<boolean> {
  await Promise.all(posters.map(({ output }) => rm(output, { force: true })));
  const error = await errorOf(writeFrames(posters, options));
  if (error !== undefined && options.signal?.aborted === true) throw error;
  return error === undefined;
}

async function errorOf(work: Promise<void>): Promise<AppError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return AppError.from(error);
  }
}

async function writeFrames(
  posters: readonly Poster[],
  { signal, niceness, timeoutMs = TIMEOUT_MS }: PosterOptions,
): Promise<void> {
  const inputs: string[] = [];
  const outputs: string[] = [];
  for (const [index, { input, output, atSeconds, width }] of posters.entries()) {
    inputs.push('-threads', '1', '-ss', String(atSeconds), ...(await safeInputArgs(input, ['video'])));
    outputs.push(...['-map', `${index}:v:0`, '-frames:v', '1', '-an', '-threads', '1']);
    outputs.push(...['-vf', `scale='min(${width},iw)':-2,format=yuvj420p`]);
    outputs.push(...['-c:v', 'mjpeg', '-q:v', '3', '-f', 'mjpeg', `file:${resolve(output)}`]);
  }
  const more = { ...(signal ? { signal } : {}), ...(niceness === undefined ? {} : { niceness }) };
  await runFfmpeg([...inputs, ...outputs], { timeoutMs, threads: 1, ...more });
}

const hasContent = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).size > 0;
  } catch {
    return false;
  }
};
