import { probeVideo, type VideoProbe } from '@shotloom/media-tools';
import type { ObjectRangeReader, ObjectStore } from '@shotloom/object-store';
import { LateReader, type KnownPart } from './late-reader';

/** A stored video as its own content tells it. Seconds and pixels. */
export interface VideoFacts {
  readonly container: VideoProbe['container'];
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly width: number;
  readonly height: number;
  readonly durationSeconds: number;
  readonly fps: number;
  /** In the words that people use, for example `h264`. */
  readonly codec: string;
  readonly hasAudio: boolean;
}

const CONTENT_TYPES = { mp4: 'video/mp4', mov: 'video/quicktime', webm: 'video/webm' } as const;
/** What the probe calls by the name of the bit stream. */
const KNOWN_AS: Readonly<Record<string, string>> = { avc: 'h264' };

export interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  /** What is in memory of it; the object is opened only for what lies behind that. */
  readonly known?: KnownPart;
}

/** Reads a few ranges of the object, in this process. Throws `media_invalid`, `not_found`, or the store's errors. */
export async function inspectVideo(
  store: ObjectStore,
  key: string,
  { signal, known }: InspectOptions = {},
): Promise<VideoFacts> {
  const open = (): Promise<ObjectRangeReader> => store.openReader(key, signal ? { signal } : {});
  const reader = known === undefined ? await open() : new LateReader(known, open);
  try {
    const { container, videoCodec, audioCodec, ...probe } = await probeVideo(reader);
    const { sizeBytes, width, height, durationSeconds, fps } = probe;
    const codec = KNOWN_AS[videoCodec] ?? videoCodec;
    const facts = { contentType: CONTENT_TYPES[container], hasAudio: audioCodec !== undefined };
    return { container, ...facts, sizeBytes, width, height, durationSeconds, fps, codec };
  } finally {
    await reader.close();
  }
}
