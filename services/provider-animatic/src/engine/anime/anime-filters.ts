import type { Size } from '../camera/view';
import { FRAMES_PER_SECOND } from '../film/film';

/**
 * The filter graph from the video `[0:v]` and the paper `[1:v]` to `[out]`: cut to size, then colours smoothed up to edges and
 * flattened into few steps, ink where there are edges, all on paper, and `strength` (0 to 1) of that over the original.
 * `finish` comes last: grade and pixel format. Ends with the shorter of the two.
 */
export function animeGraph(frame: Size, strength: number, finish: readonly string[]): string {
  const { width, height } = frame;
  const unit = Math.min(width, height) / 720;
  const fit = [
    `fps=${FRAMES_PER_SECOND}`,
    `scale=${width}:${height}:force_original_aspect_ratio=increase:force_divisible_by=2:out_color_matrix=bt709:out_range=tv:flags=bicubic`,
    `crop=${width}:${height}`,
    'setsar=1',
    'format=yuv444p',
  ];
  return [
    `[0:v:0]${fit.join(',')},split=2[original][source]`,
    `[source]${smoothing(unit)},split=2[smooth][edges]`,
    `[smooth]${FLATTEN}[flat]`,
    `[edges]${ink(unit)}[ink]`,
    `[flat][ink]${MULTIPLY_LUMA}[drawn]`,
    `[1:v:0]scale=${width}:${height}:in_range=full:out_range=full:flags=bicubic,setsar=1,format=yuv444p[paper]`,
    `[drawn][paper]${MULTIPLY_LUMA}:shortest=1[onpaper]`,
    `[onpaper][original]blend=all_mode=normal:all_opacity=${strength.toFixed(3)}:shortest=1[mixed]`,
    `[mixed]${finish.join(',')}[out]`,
  ].join(';');
}

/** Brightness of both, colours of the first. */
const MULTIPLY_LUMA = 'blend=c0_mode=multiply:c1_mode=normal:c1_opacity=1:c2_mode=normal:c2_opacity=1';

/** Noise would become flicker once colours are steps; so first over time, then within areas. */
function smoothing(unit: number): string {
  return `hqdn3d=3:3:6:6,bilateral=sigmaS=${(5 * unit).toFixed(2)}:sigmaR=0.09:planes=7`;
}

const STEPS = 9;
const LEVEL = (219 / STEPS).toFixed(4);
/** Steps with soft shoulders: hard ones crawl where a surface is between two. */
const SHOULDER = `clip((mod(val-16,${LEVEL})/${LEVEL}-0.5)*3+0.5,0,1)`;
const FLATTEN = [
  `lutyuv=y='clip(16+${LEVEL}*(floor((val-16)/${LEVEL})+${SHOULDER}),16,235)'`,
  'eq=saturation=1.32:contrast=1.05:brightness=0.02',
].join(',');

/** Dark lines on white, soft at their sides; only the luma plane is used. */
function ink(unit: number): string {
  return `edgedetect=mode=wires:low=0.045:high=0.12:planes=y,negate=components=y,gblur=sigma=${(0.6 * unit).toFixed(2)}:planes=1`;
}
