import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp from 'sharp';

const run = promisify(execFile);

interface Probe {
  streams: {
    codec_type: string;
    codec_name: string;
    width: number;
    height: number;
    pix_fmt: string;
    r_frame_rate: string;
    nb_frames: string;
  }[];
  format: { duration: string; tags?: Record<string, string> };
}

/** What ffprobe, a stranger to our code, says of a file. */
export async function ffprobe(path: string): Promise<Probe> {
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-show_streams',
    '-show_format',
    '-of',
    'json',
    path,
  ]);
  return JSON.parse(stdout) as Probe;
}

/** One frame as raw grey pixels, scaled to the given width. */
export async function greyFrame(
  path: string,
  frame: 'first' | 'last',
  width: number,
  height: number,
): Promise<Buffer> {
  const seek = frame === 'first' ? [] : ['-sseof', '-0.2'];
  const args = [
    '-v',
    'error',
    ...seek,
    '-i',
    path,
    '-vf',
    `scale=${width}:${height},format=gray`,
    '-f',
    'rawvideo',
    '-',
  ];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 });
  const size = width * height;
  return frame === 'first' ? stdout.subarray(0, size) : stdout.subarray(stdout.length - size);
}

/** Mean absolute difference of two grey pictures, 0 to 255. */
export function difference(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += Math.abs((a[index] ?? 0) - (b[index] ?? 0));
  return sum / a.length;
}

/** The middle of a grey picture, blown up to its full size: what a camera that moved in by `factor` would see. */
export async function zoomed(
  picture: Buffer,
  width: number,
  height: number,
  factor: number,
): Promise<Buffer> {
  const [w, h] = [Math.round(width / factor), Math.round(height / factor)];
  const region = {
    left: Math.round((width - w) / 2),
    top: Math.round((height - h) / 2),
    width: w,
    height: h,
  };
  return sharp(picture, { raw: { width, height, channels: 1 } })
    .extract(region)
    .resize(width, height, { fit: 'fill' })
    .extractChannel(0)
    .raw()
    .toBuffer();
}

/** The top-level boxes of an MP4, in order. */
export function boxes(file: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + 8 <= file.length;) {
    const short = file.readUInt32BE(at);
    names.push(file.toString('latin1', at + 4, at + 8));
    const size = short === 1 ? Number(file.readBigUInt64BE(at + 8)) : short;
    if (size < 8) break;
    at += size;
  }
  return names;
}
