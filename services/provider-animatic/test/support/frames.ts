import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findFfmpeg } from '@shotloom/media-tools';

const run = promisify(execFile);
const MAX_BUFFER = 1024 ** 3;

/** What an independent program says of a file. */
export interface Facts {
  readonly streams: readonly Record<string, unknown>[];
  readonly tags: Record<string, string>;
  readonly durationSeconds: number;
}

export async function factsOf(path: string): Promise<Facts> {
  const { stdout } = await run(findFfmpeg().ffprobe, [
    ...['-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json', path],
  ]);
  const { streams, format } = JSON.parse(stdout) as {
    streams: Record<string, unknown>[];
    format: { duration: string; tags: Record<string, string> };
  };
  return { streams, tags: format.tags, durationSeconds: Number(format.duration) };
}

/** A frame in shades of grey, 0 to 255. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array;
}

/** Decodes frames of a film, scaled to this size. */
export async function framesOf(
  path: string,
  { width, height, only }: { width: number; height: number; only?: readonly number[] },
): Promise<readonly Grey[]> {
  const pick = only ? [`select='${only.map((n) => `eq(n,${n})`).join('+')}'`] : [];
  const { stdout } = await run(
    findFfmpeg().ffmpeg,
    [
      ...['-v', 'error', '-i', path, '-vf', [...pick, `scale=${width}:${height}:flags=area`].join(',')],
      ...['-vsync', '0', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: MAX_BUFFER },
  );
  const size = width * height;
  return Array.from({ length: stdout.length / size }, (_, i) => ({
    width,
    height,
    values: new Uint8Array(stdout.subarray(i * size, (i + 1) * size)),
  }));
}

export async function firstAndLast(
  path: string,
  size: { width: number; height: number },
  frameCount: number,
): Promise<readonly [Grey, Grey]> {
  const [first, last] = await framesOf(path, { ...size, only: [0, frameCount - 1] });
  if (!first || !last) throw new Error('The film has no two frames.');
  return [first, last];
}

/** Mean difference of two frames, in shades, where both are known. */
export function difference(a: Grey, b: Grey, edge = 0): number {
  let sum = 0;
  let count = 0;
  for (let y = edge; y < a.height - edge; y += 1) {
    for (let x = edge; x < a.width - edge; x += 1) {
      sum += Math.abs((a.values[y * a.width + x] ?? 0) - (b.values[y * a.width + x] ?? 0));
      count += 1;
    }
  }
  return sum / count;
}

/** The frame as seen from closer by, and to the side. `dx` and `dy` in pixels of the frame. */
export function seen(frame: Grey, { zoom = 1, dx = 0, dy = 0 }): Grey {
  const { width, height, values } = frame;
  const out = new Uint8Array(values.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const u = Math.round((x - width / 2) / zoom + width / 2 + dx);
      const v = Math.round((y - height / 2) / zoom + height / 2 + dy);
      const inside = u >= 0 && v >= 0 && u < width && v < height;
      out[y * width + x] = inside ? (values[v * width + u] ?? 0) : 0;
    }
  }
  return { width, height, values: out };
}

/** Which of these views of `from` is most like `to`, away from the edges. */
export function bestView<V extends { zoom?: number; dx?: number; dy?: number }>(
  from: Grey,
  to: Grey,
  views: readonly V[],
): V {
  const scored = views.map((view) => ({
    view,
    off: difference(seen(from, view), to, Math.round(from.width / 4)),
  }));
  const best = scored.reduce((a, b) => (b.off < a.off ? b : a));
  return best.view;
}

/** The centre of what is bright, in pixels. */
export function centreOfLight({ width, values }: Grey): { readonly x: number; readonly y: number } {
  let sum = 0;
  let x = 0;
  let y = 0;
  // A plain loop: sums that a callback closes over are boxed at every step, and this runs a hundred million times.
  for (let i = 0; i < values.length; i += 1) {
    // From nothing upwards: a threshold that pixels cross at once would itself be a jump.
    const light = (values[i] ?? 0) - 40;
    if (light <= 0) continue;
    sum += light;
    x += light * (i % width);
    y += light * Math.floor(i / width);
  }
  return { x: x / sum, y: y / sum };
}

/** Names of the boxes at the top of an MP4, in order. */
export async function topBoxes(path: string): Promise<readonly string[]> {
  const bytes = await readFile(path);
  const names: string[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    names.push(bytes.toString('latin1', at + 4, at + 8));
    at += Math.max(8, bytes.readUInt32BE(at));
  }
  return names;
}
