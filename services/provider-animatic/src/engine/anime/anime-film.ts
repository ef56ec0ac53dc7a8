import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { probeVideo, runFfmpeg, safeInputArgs, type VideoProbe } from '@shotloom/media-tools';
import type { Size } from '../camera/view';
import { ENCODER_THREADS, h264Args, MAX_FILM_BYTES, NICENESS, TO_YUV } from '../film/encoding';
import type { EncodeOptions } from '../film/encode-film';
import { FRAMES_PER_SECOND, framesIn } from '../film/film';
import { animeGraph } from './anime-filters';

export interface AnimeOptions extends Omit<EncodeOptions, 'filters'> {
  readonly inputPath: string;
  readonly workDir: string;
  readonly frame: Size;
  /** Seconds that are wanted at most; a shorter video stays as short as it is. */
  readonly durationSeconds: number;
  /** 0 leaves the video nearly as it is, 1 draws it anew. */
  readonly strength: number;
  /** Colour grade, as ffmpeg filters. */
  readonly grade: readonly string[];
}

/** Redraws a video of unknown origin in flat colours and ink, with its sound. Throws `media_invalid` for what is none. */
export async function encodeAnime(options: AnimeOptions): Promise<void> {
  const probe = await probeVideo({ path: options.inputPath });
  const frameCount = framesIn(Math.min(options.durationSeconds, probe.durationSeconds));
  const spool = await makeStreamable(options, probe);
  const graph = animeGraph(options.frame, options.strength, [...options.grade, TO_YUV]);
  const source = createReadStream(spool.path);
  await runFfmpeg(
    [
      // Nothing but our pipe can be opened here, whatever the file refers to.
      ...['-protocol_whitelist', 'pipe', '-f', spool.demuxer, '-i', 'pipe:0'],
      ...['-filter_complex', graph, '-map', '[out]', '-map', '0:a:0?'],
      ...['-c:a', 'aac', '-b:a', '160k', '-ac', '2', '-t', `${frameCount / FRAMES_PER_SECOND}`],
      ...h264Args(frameCount),
      `file:${options.outputPath}`,
    ],
    {
      stdin: source,
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

interface Spool {
  readonly path: string;
  readonly demuxer: string;
}

/** Read a little further than is shown, so that the last picture is whole. */
const SPARE_SECONDS = 1;

/**
 * A form of the video that can be read from a pipe, where an MP4 with its index at the end cannot. Through the pipe the slow part
 * ends when its worker dies, however that dies; this copy takes a moment only.
 */
async function makeStreamable(options: AnimeOptions, probe: VideoProbe): Promise<Spool> {
  if (probe.container === 'webm') return { path: options.inputPath, demuxer: 'matroska' };
  const path = join(options.workDir, 'streamable.mov');
  await runFfmpeg(
    [
      ...(await safeInputArgs(options.inputPath, ['video'])),
      ...[
        '-map',
        '0:v:0',
        '-map',
        '0:a:0?',
        '-c',
        'copy',
        '-t',
        `${options.durationSeconds + SPARE_SECONDS}`,
      ],
      ...['-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-f', 'mov', `file:${path}`],
    ],
    { signal: options.signal, timeoutMs: options.timeoutMs, niceness: NICENESS },
  );
  return { path, demuxer: 'mov' };
}
