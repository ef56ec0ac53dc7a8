import type { Raster } from './film';

// Looked up once: these run for every pixel, and a sandbox (Jest's) makes each look-up of a global slow.
const { imul, max, min, round } = Math;

/** A picture with transparency, colours already multiplied by it, so that mixing needs no division. */
export interface Layer {
  readonly raster: Raster;
  /** Where its left edge is in the frame, in whole pixels. */
  readonly left: number;
}

/** Multiplies colours by their transparency, in place. */
export function premultiply(raster: Raster): Raster {
  const { pixels } = raster;
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i] as number;
    const alpha = pixel >>> 24;
    if (alpha === 255) continue;
    const channel = (shift: number): number => round((((pixel >>> shift) & 255) * alpha) / 255) << shift;
    pixels[i] = (alpha << 24) | channel(16) | channel(8) | channel(0);
  }
  return raster;
}

/**
 * Lays a layer over a frame with its top edge at `top`, which may lie between two pixels: a title that slides in by whole pixels
 * trembles. `opacity` is 0 to 1. What lies outside of the frame is cut.
 */
export function overlay(frame: Raster, { raster, left }: Layer, top: number, opacity: number): void {
  const weight = round(min(1, max(0, opacity)) * 256);
  if (weight === 0) return;
  const firstRow = Math.floor(top);
  // A row of the frame is mixed of the layer's row at its height and the one above.
  const above = round((top - firstRow) * 256);
  const fromX = max(0, -left);
  const toX = min(raster.width, frame.width - left);
  const lastRow = min(frame.height - 1, firstRow + raster.height);
  for (let y = max(0, firstRow); y <= lastRow; y++) {
    const row = y - firstRow;
    const here = row < raster.height ? row * raster.width : -1;
    const over = row > 0 ? (row - 1) * raster.width : -1;
    const target = y * frame.width + left;
    for (let x = fromX; x < toX; x++) {
      const a = here < 0 ? 0 : (raster.pixels[here + x] as number);
      const b = over < 0 ? 0 : (raster.pixels[over + x] as number);
      if ((a | b) === 0) continue;
      frame.pixels[target + x] = blend(frame.pixels[target + x] as number, mix(a, b, above), weight);
    }
  }
}

/** All four channels of two pixels, `share` of 256 from the second. */
function mix(a: number, b: number, share: number): number {
  if (share === 0) return a;
  const rest = 256 - share;
  const outer = ((imul(a & 0xff00ff, rest) + imul(b & 0xff00ff, share)) >>> 8) & 0xff00ff;
  const inner = (imul((a >>> 8) & 0xff00ff, rest) + imul((b >>> 8) & 0xff00ff, share)) & 0xff00ff00;
  return outer | inner;
}

/** A premultiplied pixel over an opaque one. */
function blend(below: number, pixel: number, weight: number): number {
  const faded = weight === 256 ? pixel : mix(0, pixel, weight);
  const alpha = faded >>> 24;
  // 255 must leave nothing of what is below, hence 256 in its place.
  const keep = 256 - alpha - (alpha >> 7);
  const outer = ((imul(below & 0xff00ff, keep) >>> 8) & 0xff00ff) + (faded & 0xff00ff);
  const inner = ((imul(below & 0xff00, keep) >>> 8) & 0xff00) + (faded & 0xff00);
  return 0xff000000 | outer | inner;
}
