/** Everything we render has this many frames a second. */
export const FRAMES_PER_SECOND = 24;

/** A film that is computed frame by frame. */
export interface Film {
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
  /** Fills all pixels of frame `index`, counted from 0. A pixel is R, G, B, A in the order of bytes. */
  draw(index: number, target: Uint32Array): void;
}

export function framesIn(seconds: number): number {
  return Math.max(1, Math.round(seconds * FRAMES_PER_SECOND));
}

/** A picture in memory, pixels as in `Film`. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}
