import type { Homography } from '../camera/view';
import type { Raster } from './film';

// Looked up once: these run for every pixel, and a sandbox (Jest's) makes each look-up of a global slow.
const { imul } = Math;

const STEPS = 256;
const OUTER = 0x00ff00ff;
const INNER = 0x0000ff00;
const OPAQUE = 0xff000000;

/**
 * Fills a frame with a picture seen through a map. Every pixel is mixed from its four neighbours by 1/256 steps, so that the
 * slowest move has no jumps; whole-pixel steps (ffmpeg's zoompan) visibly tremble. Outside of the picture its edge continues.
 *
 * Two colours are mixed by one multiplication: they lie 16 bits apart, and eight bits of colour times eight of weight do not meet.
 */
export function warp(
  picture: Raster,
  map: Homography,
  width: number,
  height: number,
  target: Uint32Array,
): void {
  const { pixels, width: stride } = picture;
  const lastU = (picture.width - 1) * STEPS - 1;
  const lastV = (picture.height - 1) * STEPS - 1;
  let at = 0;
  for (let y = 0; y < height; y++) {
    const py = y + 0.5;
    let un = map.b * py + map.c + map.a * 0.5;
    let vn = map.e * py + map.f + map.d * 0.5;
    let wn = map.h * py + 1 + map.g * 0.5;
    for (let x = 0; x < width; x++) {
      const perW = STEPS / wn;
      let u = (un * perW - STEPS / 2) | 0;
      let v = (vn * perW - STEPS / 2) | 0;
      un += map.a;
      vn += map.d;
      wn += map.g;
      if (u < 0) u = 0;
      else if (u > lastU) u = lastU;
      if (v < 0) v = 0;
      else if (v > lastV) v = lastV;
      const right = u & 255;
      const low = v & 255;
      const left = STEPS - right;
      const top = STEPS - low;
      const from = (v >> 8) * stride + (u >> 8);
      // Inside of the array by the limits above; a check for each of the four would cost a third of the speed.
      const p00 = pixels[from] as number;
      const p01 = pixels[from + 1] as number;
      const p10 = pixels[from + stride] as number;
      const p11 = pixels[from + stride + 1] as number;
      const outerTop = ((imul(p00 & OUTER, left) + imul(p01 & OUTER, right)) >>> 8) & OUTER;
      const innerTop = ((imul(p00 & INNER, left) + imul(p01 & INNER, right)) >>> 8) & INNER;
      const outerLow = ((imul(p10 & OUTER, left) + imul(p11 & OUTER, right)) >>> 8) & OUTER;
      const innerLow = ((imul(p10 & INNER, left) + imul(p11 & INNER, right)) >>> 8) & INNER;
      const outer = ((imul(outerTop, top) + imul(outerLow, low)) >>> 8) & OUTER;
      const inner = ((imul(innerTop, top) + imul(innerLow, low)) >>> 8) & INNER;
      target[at++] = outer | inner | OPAQUE;
    }
  }
}
