import { homographyOf } from '../camera/view';
import type { Raster } from './film';
import { warp } from './warp';

const grey = (value: number): number => (0xff000000 | (value << 16) | (value << 8) | value) >>> 0;
const raster = (width: number, height: number, at: (x: number, y: number) => number): Raster => ({
  width,
  height,
  pixels: Uint32Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
});
const FRONT = { zoom: 1, x: 0, y: 0, turn: 0 };

it('gives a picture of the same size back as it is', () => {
  const picture = raster(8, 6, (x, y) => (0xff000000 | (x << 4) | (y << 12) | ((x * y) << 16)) >>> 0);
  const target = new Uint32Array(48);
  warp(picture, homographyOf(FRONT, picture, picture), 8, 6, target);
  // The last column and row are read 1/256 pixel before their middle.
  expect(target[0]).toBe(picture.pixels[0]);
  expect(target[8 * 3 + 5]).toBe(picture.pixels[8 * 3 + 5]);
});

it('follows a shift far below a pixel, in proportion', () => {
  const slope = raster(64, 4, (x) => grey(x * 4));
  const valueAt = (shift: number): number => {
    const target = new Uint32Array(64 * 4);
    warp(slope, homographyOf({ ...FRONT, x: shift / 64 }, slope, slope), 64, 4, target);
    return (target[64 + 30] ?? 0) & 255;
  };
  expect([0, 0.25, 0.5, 0.75, 1].map(valueAt)).toEqual([120, 121, 122, 123, 124]);
});

it('keeps colours apart, at the ends of their range too', () => {
  const picture = raster(4, 4, (x) => (x % 2 === 0 ? 0xff00ff00 : 0xffff00ff));
  const target = new Uint32Array(16);
  warp(picture, homographyOf({ ...FRONT, x: 0.5 / 4 }, picture, picture), 4, 4, target);
  expect([8, 16, 0].map((shift) => ((target[5] ?? 0) >>> shift) & 255)).toEqual([127, 127, 127]);
});

it('continues the edge outside of the picture', () => {
  const picture = raster(4, 4, () => grey(77));
  const target = new Uint32Array(16);
  warp(picture, homographyOf({ ...FRONT, zoom: 0.2 }, picture, picture), 4, 4, target);
  expect(new Set(target)).toEqual(new Set([grey(77)]));
});
