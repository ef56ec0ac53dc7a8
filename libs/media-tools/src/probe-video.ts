import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@shotloom/kernel';
import { checkIsoBoxes, checkWebmSegment } from './container-check';
import { MAX_FRAME_PIXELS, MAX_VIDEO_SECONDS } from './media-limits';
import { pixelFormatOf } from './pixel-format';
import { openFileReader, readBytes, type RangeReader } from './range-reader';
import { SNIFF_BYTES, sniffType } from './sniff-type';
import { tempDir } from './temp-dir';
import { readTrackFacts, type TrackFacts } from './track-facts';

/** What a file says of itself, checked as far as that is cheap. */
export interface VideoProbe {
  readonly container: 'mp4' | 'mov' | 'webm';
  readonly durationSeconds: number;
  /** Pixels as shown, that is after rotation and pixel aspect ratio. */
  readonly width: number;
  readonly height: number;
  /** Frames a second, on average. */
  readonly fps: number;
  /** For example `avc`, `hevc`, `vp9`, `av1`. */
  readonly videoCodec: string;
  /** For example `aac`, `opus`; missing where there is no sound. */
  readonly audioCodec?: string;
  readonly sizeBytes: number;
  /** True if a player can start before it has loaded the whole file. */
  readonly moovFirst: boolean;
  /** Missing where counting would mean reading the file. */
  readonly frameCount?: number;
  /** In ffmpeg's words, for example `yuv420p`; missing where the codec's description does not tell. */
  readonly pixelFormat?: string;
}

/** A stream is written to a temporary file first, since the index may be at its end. */
export type VideoSource =
  { readonly path: string } | { readonly stream: Readable; readonly maxBytes?: number } | RangeReader;

const MAX_SPOOL_BYTES = 2 * 1024 ** 3;
/** Frames that are looked at for the frame rate; a file can claim billions in a few bytes. */
const MAX_COUNTED_FRAMES = 20_000;
const SAMPLED_FRAMES = 240;
const MAX_FPS = 1_000;

/**
 * Reads the facts of a video from a few ranges of it, in a thread of this process; nothing is decoded. Throws `media_invalid` for what is
 * not an MP4, QuickTime or WebM video, is cut off, or is past the limits. A file that passes may still hold damaged frames:
 * `verifyDecodes` finds those.
 */
export async function probeVideo(source: VideoSource): Promise<VideoProbe> {
  if ('stream' in source) return probeStream(source.stream, source.maxBytes ?? MAX_SPOOL_BYTES);
  if (!('path' in source)) return probeReader(source);
  const reader = await openFileReader(source.path);
  try {
    return await probeReader(reader);
  } finally {
    await reader.close();
  }
}

async function probeStream(stream: Readable, maxBytes: number): Promise<VideoProbe> {
  await using folder = await tempDir('shotloom-probe');
  const path = join(folder.path, 'video');
  await pipeline(stream, limitBytes(maxBytes), createWriteStream(path));
  return await probeVideo({ path });
}

const limitBytes = (maxBytes: number) =>
  async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new AppError('payload_too_large', `The video is larger than ${maxBytes} bytes.`);
      yield chunk;
    }
  };

async function probeReader(reader: RangeReader): Promise<VideoProbe> {
  const container = await containerOf(reader);
  const facts = await (container === 'webm' ? checkWebmSegment(reader) : checkIsoBoxes(reader));
  // MP4 lists its frames in the index; in WebM counting them all would read the whole file.
  const maxFrames = container === 'webm' ? SAMPLED_FRAMES : MAX_COUNTED_FRAMES;
  const track = await readTrackFacts(reader, maxFrames);
  checkTrack(track);
  const { width, height, durationSeconds, videoCodec, audioCodec, packetCount } = track;
  const pixelFormat = pixelFormatOf(track.codecString);
  return {
    container,
    durationSeconds,
    width,
    height,
    fps: Math.round(track.packetRate * 1000) / 1000,
    ...(packetCount < maxFrames ? { frameCount: packetCount } : {}),
    videoCodec,
    ...(audioCodec === null ? {} : { audioCodec }),
    sizeBytes: reader.size,
    ...facts,
    ...(pixelFormat === undefined ? {} : { pixelFormat }),
  };
}

async function containerOf(reader: RangeReader): Promise<VideoProbe['container']> {
  const { kind, ext } = await sniffType(await readBytes(reader, 0, Math.min(SNIFF_BYTES, reader.size)));
  if (kind === 'video' && (ext === 'mp4' || ext === 'mov' || ext === 'webm')) return ext;
  throw invalid('it is not an MP4, QuickTime or WebM file');
}

function checkTrack({ width, height, durationSeconds, packetRate }: TrackFacts): void {
  if (!(width > 0 && height > 0 && width * height <= MAX_FRAME_PIXELS)) {
    throw invalid(
      `its frames are ${width} by ${height} pixels, at most ${MAX_FRAME_PIXELS} pixels are allowed`,
    );
  }
  if (!(durationSeconds > 0 && durationSeconds <= MAX_VIDEO_SECONDS)) {
    throw invalid(
      `it lasts ${durationSeconds} seconds, allowed are more than 0 and at most ${MAX_VIDEO_SECONDS}`,
    );
  }
  if (!(packetRate > 0 && packetRate <= MAX_FPS)) throw invalid(`it has ${packetRate} frames a second`);
}

const invalid = (reason: string): AppError =>
  new AppError('media_invalid', `The video cannot be used: ${reason}.`);
