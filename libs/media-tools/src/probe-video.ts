import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@shotloom/kernel';
import {
  CustomSource,
  EncodedPacketSink,
  Input,
  MP4,
  QTFF,
  WEBM,
  type InputAudioTrack,
  type InputVideoTrack,
} from 'mediabunny';
import { checkIsoBoxes, checkWebmSegment, type ContainerFacts } from './container-check';
import { MAX_FRAME_PIXELS, MAX_VIDEO_SECONDS } from './media-limits';
import { pixelFormatOf } from './pixel-format';
import { openFileReader, type RangeReader } from './range-reader';
import { SNIFF_BYTES, sniffType } from './sniff-type';
import { tempDir } from './temp-dir';

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

const PROBE_LIMIT_MS = 20_000;
const MAX_SPOOL_BYTES = 2 * 1024 ** 3;
/** Frames that are looked at for the frame rate; a file can claim billions in a few bytes. */
const MAX_COUNTED_FRAMES = 20_000;
const SAMPLED_FRAMES = 240;

/**
 * Reads the facts of a video in this process, from a few ranges of it; nothing is decoded. Throws `media_invalid` for what is
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

async function probeReader(unguarded: RangeReader): Promise<VideoProbe> {
  const reader = new GuardedReader(unguarded);
  const container = await containerOf(reader);
  const facts = await (container === 'webm' ? checkWebmSegment(reader) : checkIsoBoxes(reader));
  // Only these formats: mediabunny would follow the addresses in a playlist.
  const input = new Input({ source: sourceOf(reader), formats: [MP4, QTFF, WEBM] });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(invalid('reading it takes too long')), PROBE_LIMIT_MS);
  });
  try {
    return await Promise.race([describe(input, reader, container, facts), late]);
  } catch (error) {
    throw reader.failure ?? (error instanceof AppError ? error : invalid('its structure is damaged', error));
  } finally {
    clearTimeout(timer);
    input.dispose();
  }
}

async function containerOf(reader: RangeReader): Promise<VideoProbe['container']> {
  const { kind, ext } = await sniffType(await reader.read(0, Math.min(SNIFF_BYTES, reader.size)));
  if (kind === 'video' && (ext === 'mp4' || ext === 'mov' || ext === 'webm')) return ext;
  throw invalid('it is not an MP4, QuickTime or WebM file');
}

/** Keeps a store's error apart from a damaged file: the one is worth another try and the other is not. */
class GuardedReader implements RangeReader {
  readonly size: number;
  failure: AppError | undefined;

  constructor(private readonly reader: RangeReader) {
    this.size = reader.size;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    try {
      return await this.reader.read(start, end);
    } catch (error) {
      this.failure = AppError.from(error);
      throw this.failure;
    }
  }
}

const sourceOf = (reader: RangeReader): CustomSource =>
  new CustomSource({
    getSize: () => reader.size,
    read: (start, end) => reader.read(start, end),
    prefetchProfile: 'network',
    handleUnhandledError: () => undefined,
  });

async function describe(
  input: Input,
  reader: RangeReader,
  container: VideoProbe['container'],
  facts: ContainerFacts,
): Promise<VideoProbe> {
  const video = await input.getPrimaryVideoTrack();
  if (video === null) throw invalid('it has no picture');
  const audio = await input.getPrimaryAudioTrack();
  const codec = await video.getCodec();
  if (codec === null) throw invalid('its picture is in a codec that we do not know');
  const [width, height] = [await video.getDisplayWidth(), await video.getDisplayHeight()];
  checkFrame(width, height);
  await checkEnds(video);
  const durationSeconds = await durationOf(input, video, audio);
  const rate = await rateOf(video, container);
  const audioCodec = await audio?.getCodec();
  const pixelFormat = pixelFormatOf(await video.getCodecParameterString());
  return {
    container,
    durationSeconds,
    width,
    height,
    ...rate,
    videoCodec: codec,
    ...(audioCodec == null ? {} : { audioCodec }),
    sizeBytes: reader.size,
    ...facts,
    ...(pixelFormat === undefined ? {} : { pixelFormat }),
  };
}

function checkFrame(width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= MAX_FRAME_PIXELS) return;
  throw invalid(
    `its frames are ${width} by ${height} pixels, at most ${MAX_FRAME_PIXELS} pixels are allowed`,
  );
}

/** Reads the first and the last frame: an index alone proves nothing. */
async function checkEnds(video: InputVideoTrack): Promise<void> {
  const packets = new EncodedPacketSink(video);
  const [first, last] = [await packets.getFirstPacket(), await packets.getPacket(Infinity)];
  if (first === null || last === null || first.data.length === 0) throw invalid('it has no frames');
}

async function durationOf(
  input: Input,
  video: InputVideoTrack,
  audio: InputAudioTrack | null,
): Promise<number> {
  const duration = await input.computeDuration(audio === null ? [video] : [video, audio]);
  if (Number.isFinite(duration) && duration > 0 && duration <= MAX_VIDEO_SECONDS) return duration;
  throw invalid(`it lasts ${duration} seconds, allowed are more than 0 and at most ${MAX_VIDEO_SECONDS}`);
}

async function rateOf(
  video: InputVideoTrack,
  container: VideoProbe['container'],
): Promise<{ fps: number; frameCount?: number }> {
  // MP4 lists its frames in the index; in WebM counting them all would read the whole file.
  const looked = container === 'webm' ? SAMPLED_FRAMES : MAX_COUNTED_FRAMES;
  const { packetCount, averagePacketRate } = await video.computePacketStats(looked);
  const fps = Math.round(averagePacketRate * 1000) / 1000;
  return packetCount < looked ? { fps, frameCount: packetCount } : { fps };
}

const invalid = (reason: string, cause?: unknown): AppError =>
  new AppError('media_invalid', `The video cannot be used: ${reason}.`, { cause });
