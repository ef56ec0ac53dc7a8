import { FRAMES_PER_SECOND } from '../film/film';
import type { Size } from '../camera/view';

/** From here down the picture is nearly as it was. */
const TOUCHED = 0.005;

/**
 * The filter graph from `[0:v]` to `[out]`: cut to size, then colours smoothed up to edges and flattened into few steps, ink
 * where there are edges, and `strength` (0 to 1) of that over the original. `finish` comes last: grade and pixel format.
 */
export function animeGraph(frame: Size, strength: number, finish: readonly string[]): string {
  const { width, height } = frame;
  const fit = [
    `fps=${FRAMES_PER_SECOND}`,
    `scale=${width}:${height}:force_original_aspect_ratio=increase:force_divisible_by=2:out_color_matrix=bt709:out_range=tv:flags=bicubic`,
    `crop=${width}:${height}`,
    'setsar=1',
    'format=yuv444p',
  ].join(',');
  const end = [...finish].join(',');
  if (strength < TOUCHED) return `[0:v:0]${fit},${end}[out]`;
  const unit = Math.min(width, height) / 720;
  return [
    `[0:v:0]${fit},split=2[original][source]`,
    `[source]${smoothing(unit)},split=2[smooth][edges]`,
    `[smooth]${FLATTEN}[flat]`,
    `[edges]${ink(unit)}[ink]`,
    `[flat][ink]blend=c0_mode=multiply:c1_mode=normal:c1_opacity=1:c2_mode=normal:c2_opacity=1[drawn]`,
    `[drawn][original]blend=all_mode=normal:all_opacity=${strength.toFixed(3)}[mixed]`,
    `[mixed]${end}[out]`,
  ].join(';');
}

/** Noise would become flicker once colours are steps; so first over time, then within areas. */
function smoothing(unit: number): string {
  return `hqdn3d=3:3:6:6,bilateral=sigmaS=${(5 * unit).toFixed(2)}:sigmaR=0.09:planes=7`;
}

const STEPS = 9;
const LEVEL = 219 / STEPS;
/** Steps with soft shoulders: hard ones crawl where a surface is between two. */
const FLATTEN = [
  `lutyuv=y='clip(16+${LEVEL.toFixed(4)}*(floor((val-16)/${LEVEL.toFixed(4)})+clip((mod(val-16,${LEVEL.toFixed(4)})/${LEVEL.toFixed(4)}-0.5)*3+0.5,0,1)),16,235)'`,
  'eq=saturation=1.32:contrast=1.05:brightness=0.015',
].join(',');

/** Dark lines on white, soft at their sides; only the luma plane is used. */
function ink(unit: number): string {
  return `edgedetect=mode=wires:low=0.055:high=0.16:planes=y,negate=components=y,gblur=sigma=${(0.7 * unit).toFixed(2)}:planes=1`;
}
