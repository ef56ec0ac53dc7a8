import { probeVideo, runFfmpeg, safeInputArgs } from '@shotloom/media-tools';
import type { Size } from '../camera/view';
import type { EncodeOptions } from '../film/encode-film';
import { ENCODER_THREADS, h264Args, MAX_FILM_BYTES, NICENESS, TO_YUV } from '../film/encoding';
import { FRAMES_PER_SECOND, framesIn } from '../film/film';
import { animeGraph } from './anime-filters';
import { drawPaper, paperSizeFor, repeatFrame } from './paper';

export interface AnimeOptions extends Omit<EncodeOptions, 'filters'> {
  readonly inputPath: string;
  readonly frame: Size;
  /** Seconds that are wanted at most; a shorter video stays as short as it is. */
  readonly durationSeconds: number;
  /** 0 leaves the video nearly as it is, 1 draws it anew. */
  readonly strength: number;
  readonly seed: number;
  /** Colour grade, as ffmpeg filters. */
  readonly grade: readonly string[];
}

/**
 * Silence where the sound is over before the picture, so that `-shortest` never cuts the picture. It must be there: once the
 * picture has ended ffmpeg would go on decoding frames for the sake of the sound, and keep every one of them.
 */
const SOUND = ['-map', '0:a:0', '-af', 'apad', '-c:a', 'aac', '-b:a', '160k', '-shortest'];

/**
 * Redraws a video of unknown origin in flat colours and ink on paper, with its sound. Throws `media_invalid` for what is none.
 * The paper comes frame by frame through a pipe of ours, so that an ffmpeg whose worker was killed runs out of it and ends.
 */
export async function encodeAnime(options: AnimeOptions): Promise<void> {
  const { frame, seed, strength, grade } = options;
  const probe = await probeVideo({ path: options.inputPath });
  const frameCount = framesIn(Math.min(options.durationSeconds, probe.durationSeconds));
  const seconds = frameCount / FRAMES_PER_SECOND;
  const paperSize = paperSizeFor(frame);
  const paper = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${paperSize.width}x${paperSize.height}`];
  await runFfmpeg(
    [
      ...(await safeInputArgs(options.inputPath, ['video'])),
      // Few frames in stock: they are what is still drawn after our end.
      ...['-protocol_whitelist', 'pipe', '-thread_queue_size', '2', ...paper],
      ...['-r', `${FRAMES_PER_SECOND}`, '-i', 'pipe:0'],
      ...['-filter_complex', animeGraph(frame, strength, [...grade, TO_YUV]), '-map', '[out]'],
      ...(probe.audioCodec === undefined ? [] : SOUND),
      ...['-t', `${seconds}`],
      ...h264Args(frameCount),
      `file:${options.outputPath}`,
    ],
    {
      stdin: repeatFrame(drawPaper(paperSize, seed), frameCount),
      signal: options.signal,
      timeoutMs: options.timeoutMs,
      durationSeconds: seconds,
      onProgress: (fraction) => options.onFrames(Math.round(fraction * frameCount), frameCount),
      maxOutputBytes: MAX_FILM_BYTES,
      niceness: NICENESS,
      threads: ENCODER_THREADS,
    },
  );
}
