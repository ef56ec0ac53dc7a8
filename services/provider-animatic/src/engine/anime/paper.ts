import { Readable } from 'node:stream';
import type { Size } from '../camera/view';
import { seededRandom } from '../random';

/** How much darker than white the paper gets at most. */
const DEPTH = 22;
/**
 * The graph enlarges it as often. Small on purpose: the first frame then fits into the pipe's buffer and is there at once. An
 * ffmpeg that is left without a single frame of paper would draw on without it.
 */
const ENLARGED = 4;

export function paperSizeFor({ width, height }: Size): Size {
  return { width: Math.ceil(width / ENLARGED), height: Math.ceil(height / ENLARGED) };
}

/** One frame of paper to draw on, 8 bits of grey a pixel: nearly white, with a fine grain. */
export function drawPaper({ width, height }: Size, seed: number): Buffer {
  const random = seededRandom(seed);
  const paper = Buffer.alloc(width * height);
  for (let i = 0; i < paper.length; i++) {
    // Grain beside grain is alike, as fibres are.
    const before = i % width === 0 ? 255 - DEPTH / 2 : (paper[i - 1] ?? 0);
    paper[i] = Math.round((before + 255 - random() * DEPTH) / 2);
  }
  return paper;
}

/** The same frame so many times, handed out as fast as it is read. */
export function repeatFrame(frame: Buffer, count: number): Readable {
  let left = count;
  return new Readable({
    highWaterMark: 1,
    read() {
      this.push(left-- > 0 ? frame : null);
    },
  });
}
