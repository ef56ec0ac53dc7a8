import sharp from 'sharp';
import type { Size } from '../camera/view';
import type { Raster } from '../film/film';
import { toRaster } from '../picture/load-picture';
import { between, type Random } from '../random';
import type { Palette } from './palette';

// Looked up once: these run for every pixel, and a sandbox (Jest's) makes each look-up of a global slow.
const { imul, max, min, round } = Math;

/** A dark gradient with a few soft lights, placed by the seed. */
export async function drawBackdrop(
  { width, height }: Size,
  palette: Palette,
  random: Random,
): Promise<Raster> {
  const side = max(width, height);
  const light = (colour: string, strength: number): string => {
    const x = between(random, 0.1, 0.95) * width;
    const y = between(random, 0.05, 0.95) * height;
    const radius = between(random, 0.22, 0.48) * side;
    return radial(x, y, radius, colour, strength);
  };
  const turn = round(between(random, -25, 25));
  const lights = [
    light(palette.warm, 0.62),
    light(palette.cool, 0.55),
    light(palette.cool, 0.32),
    light(palette.warm, 0.26),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0.35" y2="1" gradientTransform="rotate(${turn} 0.5 0.5)">
      <stop offset="0" stop-color="${palette.deep}"/><stop offset="0.55" stop-color="${palette.middle}"/>
      <stop offset="1" stop-color="${palette.deep}"/></linearGradient>
      <linearGradient id="shade" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#000" stop-opacity="0.42"/>
      <stop offset="0.75" stop-color="#000" stop-opacity="0"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>${lights.join('')}
    <rect width="100%" height="100%" fill="url(#shade)"/></svg>`;
  const data = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  return addGrain(toRaster(data, { width, height }), random);
}

let lightCount = 0;
function radial(x: number, y: number, radius: number, colour: string, strength: number): string {
  const id = `light${(lightCount = (lightCount + 1) % 1000)}`;
  const stop = (offset: number, share: number): string =>
    `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${(strength * share).toFixed(3)}"/>`;
  return `<radialGradient id="${id}" gradientUnits="userSpaceOnUse" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(1)}">
    ${stop(0, 1)}${stop(0.35, 0.62)}${stop(0.7, 0.18)}${stop(1, 0)}</radialGradient>
    <rect width="100%" height="100%" fill="url(#${id})"/>`;
}

/** Faint noise: eight bits of a smooth gradient show bands, and noise hides them. */
function addGrain(raster: Raster, random: Random): Raster {
  const { pixels } = raster;
  let state = Math.floor(random() * 0xffffffff) | 1;
  for (let i = 0; i < pixels.length; i++) {
    state = imul(state, 1_664_525) + 1_013_904_223;
    const grain = (state >>> 29) - 3;
    const pixel = pixels[i] as number;
    const channel = (shift: number): number => min(255, max(0, ((pixel >>> shift) & 255) + grain)) << shift;
    pixels[i] = 0xff000000 | channel(16) | channel(8) | channel(0);
  }
  return raster;
}
