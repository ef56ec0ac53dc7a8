import { overlay, premultiply } from './layer';

const WHITE = 0xffffffff;
const BLACK = 0xff000000;
const frame = () => ({ width: 3, height: 4, pixels: new Uint32Array(12).fill(BLACK) });
const dot = { raster: { width: 1, height: 1, pixels: Uint32Array.of(WHITE) }, left: 1 };
const column = (pixels: Uint32Array): number[] => [1, 4, 7, 10].map((i) => (pixels[i] ?? 0) & 255);

it('covers what is below where it is opaque, and nothing else', () => {
  const target = frame();
  overlay(target, dot, 2, 1);
  expect(target.pixels[7]).toBe(WHITE);
  expect(target.pixels.filter((pixel) => pixel === BLACK)).toHaveLength(11);
});

it('lies between two rows in proportion', () => {
  const target = frame();
  overlay(target, dot, 1.25, 1);
  const [, upper = 0, lower = 0] = column(target.pixels);
  expect(Math.abs(upper - 191)).toBeLessThanOrEqual(2);
  expect(Math.abs(lower - 64)).toBeLessThanOrEqual(2);
});

it('fades', () => {
  const target = frame();
  overlay(target, dot, 1, 0.5);
  expect(Math.abs((column(target.pixels)[1] ?? 0) - 127)).toBeLessThanOrEqual(2);
  overlay(target, dot, 3, 0);
  expect(column(target.pixels)[3]).toBe(0);
});

it('is cut at the edges of the frame', () => {
  const target = frame();
  const wide = { raster: { width: 9, height: 9, pixels: new Uint32Array(81).fill(WHITE) }, left: -3 };
  overlay(target, wide, -2.5, 1);
  expect(new Set(target.pixels)).toEqual(new Set([WHITE]));
});

it('multiplies colours by their transparency once', () => {
  const half = premultiply({ width: 1, height: 1, pixels: Uint32Array.of(0x80ff8000) });
  expect(half.pixels[0]).toBe(0x80804000);
});
