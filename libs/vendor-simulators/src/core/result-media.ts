import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runFfmpeg } from '@shotloom/media-tools';
import { drawStamp } from './stamp';

export interface ClipSpec {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly audio: boolean;
}

export interface MediaOptions {
  /** Renders at this share of the asked size, 0 to 1, for tests that only need a video. Default 1. */
  readonly scale?: number;
  /** Makes each file at least this long with an MP4 box that players skip, for benchmarks. Bytes. */
  readonly padToBytes?: number;
}

const FRAMES_PER_SECOND = 24;
const RENDER_TIMEOUT_MS = 120_000;
const BOX_HEADER = 8;

/** Renders one playable MP4 for each shape and length, once, and keeps it in memory. */
export class ResultMedia {
  private readonly clips = new Map<string, Promise<Buffer>>();
  private readonly sizes = new Map<string, number>();

  constructor(private readonly options: MediaOptions = {}) {}

  clip(spec: ClipSpec): Promise<Buffer> {
    const { scale = 1, padToBytes = 0 } = this.options;
    const scaled = { ...spec, width: even(spec.width * scale), height: even(spec.height * scale) };
    const key = keyOf(spec);
    const known = this.clips.get(key);
    if (known !== undefined) return known;
    const made = render(scaled).then((bytes) => padded(bytes, padToBytes));
    this.clips.set(key, made);
    made.then(({ length }) => this.sizes.set(key, length)).catch(() => undefined);
    // A render that failed is tried again by the next who asks.
    made.catch(() => this.clips.delete(key));
    return made;
  }

  /** Bytes of a clip that has been rendered; 0 for others, since a vendor's answer does not wait for our ffmpeg. */
  sizeOf(spec: ClipSpec): number {
    return this.sizes.get(keyOf(spec)) ?? 0;
  }
}

const keyOf = ({ width, height, seconds, audio }: ClipSpec): string =>
  `${width}x${height}-${seconds}-${audio}`;
const even = (pixels: number): number => Math.max(64, Math.round(pixels / 2) * 2);

async function render({ width, height, seconds, audio }: ClipSpec): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'shotloom-sim-'));
  try {
    const path = join(folder, 'clip.mp4');
    const stamp = drawStamp(width);
    const picture = `testsrc2=size=${width}x${height}:rate=${FRAMES_PER_SECOND}:duration=${seconds}`;
    const sound = ['-f', 'lavfi', '-i', `sine=frequency=330:duration=${seconds}`];
    await runFfmpeg(
      [
        ...['-f', 'lavfi', '-i', picture],
        ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${stamp.width}x${stamp.height}`, '-i', 'pipe:0'],
        ...(audio ? sound : []),
        ...['-filter_complex', '[0:v][1:v]overlay=(W-w)/2:(H-h)/2:eof_action=repeat[out]', '-map', '[out]'],
        ...(audio ? ['-map', '2:a', '-c:a', 'aac', '-b:a', '64k'] : []),
        ...[
          '-t',
          `${seconds}`,
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
          '-crf',
          '30',
          '-pix_fmt',
          'yuv420p',
        ],
        ...['-metadata', 'comment=SIMULATED', '-movflags', '+faststart', '-f', 'mp4', `file:${path}`],
      ],
      { timeoutMs: RENDER_TIMEOUT_MS, stdin: Readable.from([stamp.pixels]), threads: 1, niceness: 10 },
    );
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A `free` box at the end: still a valid MP4, only longer. */
function padded(bytes: Buffer, toBytes: number): Buffer {
  const missing = toBytes - bytes.length;
  if (missing < BOX_HEADER) return bytes;
  const box = Buffer.alloc(missing);
  box.writeUInt32BE(missing, 0);
  box.write('free', 4, 'latin1');
  return Buffer.concat([bytes, box]);
}
