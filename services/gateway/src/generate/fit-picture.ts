import type { PictureFit, PictureLimits } from '@shotloom/contracts';
import type { Pixels } from './frame';
import { formatWords, pictureProblems, round, type PictureFacts } from './picture-limits';

/** What is to be done with a picture. */
export type FitPlan =
  | { readonly kind: 'as_it_is' }
  /** `change`: what the user is told, null where nobody would see a difference. */
  | { readonly kind: 'fit'; readonly fit: PictureFit; readonly change: string | null }
  /** `takes`: each is the end of "<model> takes ...". */
  | { readonly kind: 'refused'; readonly takes: readonly string[] };

/** A picture that would have to grow more than this has nothing to show at that size. */
export const MAX_UPSCALE = 2;
/** Less than this of a picture is another picture. An upright telephone picture in a wide frame keeps 0.32. */
export const MIN_KEPT = 0.3;
/** So many pixels fit into so many bytes as JPEG whatever they show, at the lowest quality that is tried. */
const PIXELS_PER_BYTE = 1;
/** Differences below this are of rounding. */
const NOTHING = 0.005;

/**
 * How a picture comes within the limits. `frame`: the pixels of the video; null while they are not known, which leaves a picture
 * that is fitted to them for later. Pure.
 */
export function planFit(limits: PictureLimits, picture: PictureFacts, frame: Pixels | null): FitPlan {
  const problems = pictureProblems(limits, picture);
  switch (limits.fit ?? 'none') {
    case 'none':
      return problems.length === 0 ? { kind: 'as_it_is' } : { kind: 'refused', takes: problems };
    case 'limits':
      return problems.length === 0 ? { kind: 'as_it_is' } : withinLimits(limits, picture, problems);
    case 'frame':
      return frame === null ? { kind: 'as_it_is' } : inFrame(limits, picture, frame);
  }
}

function inFrame(limits: PictureLimits, picture: PictureFacts, frame: Pixels): FitPlan {
  const exactly = `pictures of exactly ${frame.width}x${frame.height} pixels, those of the video`;
  const plan = planTo(limits, picture, frame);
  const tooFar = lossOf(plan);
  if (tooFar !== null) return { kind: 'refused', takes: [`${exactly}; ${tooFar}`] };
  // Also where the size is right: a picture may be stored lying on its side.
  return { kind: 'fit', fit: plan.fit, change: sentence([exactly], plan, picture) };
}

function withinLimits(limits: PictureLimits, picture: PictureFacts, problems: readonly string[]): FitPlan {
  const shape = cropped(picture, limits.ratio);
  const { min_side: minSide = 0, max_side: maxSide = Infinity, min_pixels: minPixels = 0 } = limits;
  const area = shape.width * shape.height;
  const least = Math.max(minSide / Math.min(shape.width, shape.height), Math.sqrt(minPixels / area));
  const mostPixels = Math.min(limits.max_pixels, limits.max_bytes * PIXELS_PER_BYTE);
  const most = Math.min(maxSide / Math.max(shape.width, shape.height), Math.sqrt(mostPixels / area));
  const scale = Math.min(most, Math.max(least, 1));
  const plan = planTo(limits, picture, scaled(shape, scale, limits.ratio));
  const tooFar = lossOf(plan);
  if (tooFar !== null) return { kind: 'refused', takes: [`${problems.join(', and ')}; ${tooFar}`] };
  // Limits that contradict each other for this shape: nothing is between them.
  const still = pictureProblems(limits, { ...plan.fit, sizeBytes: 0 });
  if (still.length > 0) return { kind: 'refused', takes: problems };
  return { kind: 'fit', fit: plan.fit, change: sentence(problems, plan, picture) };
}

interface Plan {
  readonly fit: PictureFit;
  /** How much larger a pixel of the picture becomes, and how much of its area is kept. */
  readonly scale: number;
  readonly kept: number;
}

function planTo(
  { formats, max_bytes: maxBytes }: PictureLimits,
  picture: Pixels,
  { width, height }: Pixels,
): Plan {
  const scale = Math.max(width / picture.width, height / picture.height);
  const kept = (width * height) / (scale * scale * picture.width * picture.height);
  const jpeg = 'image/jpeg';
  const [first = jpeg] = formats ?? [];
  const contentType = formats?.includes(jpeg) === false ? first : jpeg;
  return { fit: { width, height, contentType, maxBytes }, scale, kept };
}

/** Why a change would lose what the picture shows; null where it would not. */
function lossOf({ scale, kept }: Plan): string | null {
  if (scale > MAX_UPSCALE + NOTHING)
    return `this would have to be enlarged ${round(scale)} times, and ${MAX_UPSCALE} is the most`;
  if (kept >= MIN_KEPT) return null;
  return `only ${percent(kept)} % of this would be left, and ${percent(MIN_KEPT)} % is the least`;
}

function sentence(
  takes: readonly string[],
  { fit, scale, kept }: Plan,
  picture: PictureFacts,
): string | null {
  const where = fit.width / fit.height > picture.width / picture.height ? 'the top and bottom' : 'the sides';
  const done = [
    ...(kept < 1 - NOTHING ? [`${percent(1 - kept)} % of this one is cut off at ${where}`] : []),
    ...(scale < 1 - NOTHING ? ['it is made smaller'] : []),
    ...(scale > 1 + NOTHING ? [`it is enlarged ${round(scale)} times`] : []),
    ...(fit.contentType === picture.contentType ? [] : [`it is saved as ${formatWords([fit.contentType])}`]),
  ];
  if (done.length > 0) return `takes ${takes.join(', and ')}: ${done.join(', ')}.`;
  return picture.sizeBytes > fit.maxBytes ? `takes ${takes.join(', and ')}: it is compressed again.` : null;
}

const percent = (share: number): number => Math.round(share * 100);

/** The largest part of a picture that has an allowed shape. Not whole pixels. */
function cropped({ width, height }: Pixels, ratio: PictureLimits['ratio']): Pixels {
  if (!ratio) return { width, height };
  return {
    width: Math.min(width, height * ratio.max),
    height: Math.min(height, width / ratio.min),
  };
}

/** In whole pixels, which are never outside of a limit that the scale was made for. */
function scaled({ width, height }: Pixels, scale: number, ratio: PictureLimits['ratio']): Pixels {
  // 300 pixels that come out as 300.0000001 are 300.
  const whole = (side: number): number => (scale > 1 ? Math.ceil(side - 1e-6) : Math.floor(side + 1e-6));
  const sides = { width: Math.max(1, whole(width * scale)), height: Math.max(1, whole(height * scale)) };
  const { min = 0, max = Infinity } = ratio ?? {};
  return {
    width: Math.min(sides.width, Math.floor(sides.height * max)),
    height: Math.min(sides.height, Math.floor(sides.width / min)),
  };
}
