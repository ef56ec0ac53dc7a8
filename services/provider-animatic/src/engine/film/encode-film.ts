import { runFfmpeg } from '@shotloom/media-tools';
import { ENCODER_THREADS, h264Args, MAX_FILM_BYTES, NICENESS, TO_YUV } from './encoding';
import { FRAMES_PER_SECOND, type Film } from './film';
import { frameStream } from './frame-stream';

export interface EncodeOptions {
  readonly outputPath: string;
  /** ffmpeg filters between our frames and the encoder, for example a colour grade. */
  readonly filters: readonly string[];
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Told how many frames the encoder has written. */
  readonly onFrames: (done: number, total: number) => void;
}

/**
 * Draws and encodes a film. The frames go through a pipe, so that an ffmpeg whose worker was killed sees the end of its input
 * and ends as well. Throws what `runFfmpeg` throws.
 */
export async function encodeFilm(film: Film, options: EncodeOptions): Promise<void> {
  const { width, height, frameCount } = film;
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb0', '-s', `${width}x${height}`];
  await runFfmpeg(
    [
      ...['-protocol_whitelist', 'pipe', ...input, '-r', `${FRAMES_PER_SECOND}`, '-i', 'pipe:0'],
      ...['-vf', [...options.filters, TO_YUV].join(',')],
      ...h264Args(frameCount),
      `file:${options.outputPath}`,
    ],
    {
      stdin: frameStream(film),
      signal: options.signal,
      timeoutMs: options.timeoutMs,
      durationSeconds: frameCount / FRAMES_PER_SECOND,
      onProgress: (fraction) => options.onFrames(Math.round(fraction * frameCount), frameCount),
      maxOutputBytes: MAX_FILM_BYTES,
      niceness: NICENESS,
      threads: ENCODER_THREADS,
    },
  );
}
