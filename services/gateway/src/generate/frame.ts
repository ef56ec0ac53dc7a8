import type { AspectRatio, ModelSpec } from '@shotloom/contracts';
import type { FieldError } from '@shotloom/kernel';

/** The picture that a video will have, in the model's words and in pixels. */
export interface Frame {
  readonly size: string;
  readonly aspectRatio: AspectRatio;
  readonly width: number;
  readonly height: number;
}

export interface FrameWish {
  readonly size?: string | undefined;
  readonly aspect_ratio?: AspectRatio | undefined;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
}

/** Every frame that a model can make. `source` gives `adaptive` its shape; without it that has its nominal pixels. */
export function framesOf(model: ModelSpec, source: Pixels | null = null): readonly Frame[] {
  return Object.entries(model.sizes).flatMap(([size, ratios]) =>
    model.aspect_ratios.flatMap((aspectRatio) => {
      const pixels = ratios[aspectRatio];
      if (!pixels) return [];
      const shaped = aspectRatio === 'adaptive' && source ? shapedLike(source, pixels) : pixels;
      return [{ size, aspectRatio, ...shaped }];
    }),
  );
}

/** As many pixels as `area` has, in the shape of the source; even, as H.264 wants them. */
function shapedLike(source: Pixels, area: Pixels): Pixels {
  const scale = Math.sqrt((area.width * area.height) / (source.width * source.height));
  const even = (side: number): number => Math.max(2, Math.round((side * scale) / 2) * 2);
  return { width: even(source.width), height: even(source.height) };
}

/**
 * The frames for a wish, the best first. `size` is a class or pixels; without a ratio the one nearest to the source's shape comes
 * first (so that least is cut off), else the model's first. Without a size the default is first, and the others follow.
 */
export function framesFor(
  model: ModelSpec,
  wish: FrameWish,
  source: Pixels | null,
  adaptive = source !== null,
): readonly Frame[] | FieldError {
  const frames = framesOf(model, source).filter(
    ({ aspectRatio }) => adaptive || aspectRatio !== 'adaptive' || wish.aspect_ratio === 'adaptive',
  );
  const wanted = (wish.size ?? model.default_size).toLowerCase();
  const sameSize = frames.filter(
    (frame) => frame.size.toLowerCase() === wanted || `${frame.width}x${frame.height}` === wanted,
  );
  if (sameSize.length === 0) {
    const known = frames.map(({ size, width, height }) => `${size} (${width}x${height})`).join(', ');
    return { field: 'size', reason: `${model.id} does not make ${wish.size ?? wanted}. It makes: ${known}.` };
  }
  const others = wish.size === undefined ? frames.filter((frame) => !sameSize.includes(frame)) : [];
  const { aspect_ratio: ratio } = wish;
  if (ratio === undefined) return [...byNearness(sameSize, source), ...byNearness(others, source)];
  if (ratio === 'adaptive' && !adaptive) {
    const reason =
      'adaptive is the shape of the picture or video that is given, and there is none: name a ratio.';
    return { field: 'aspect_ratio', reason };
  }
  const hasRatio = (frame: Frame): boolean => frame.aspectRatio === ratio;
  const exact = sameSize.filter(hasRatio);
  if (exact.length > 0) return [...exact, ...others.filter(hasRatio)];
  const known = sameSize.map(({ aspectRatio }) => aspectRatio).join(', ');
  const reason = `${model.id} does not make ${ratio} at ${wish.size ?? model.default_size}. It makes: ${known}.`;
  return { field: 'aspect_ratio', reason };
}

/** The best of them. */
export function findFrame(model: ModelSpec, wish: FrameWish, source: Pixels | null): Frame | FieldError {
  const frames = framesFor(model, wish, source);
  if ('reason' in frames) return frames;
  return frames[0] ?? { field: 'size', reason: `${model.id} makes no frame of this size.` };
}

/** How far two shapes are from each other; 0 where they are the same. */
export const shapeDistance = (one: Pixels, other: Pixels): number =>
  Math.abs(Math.log((one.width * other.height) / (one.height * other.width)));

function byNearness(frames: readonly Frame[], source: Pixels | null): Frame[] {
  const distance = (frame: Frame): number => (source === null ? 0 : shapeDistance(frame, source));
  // Of two that are as near, the one that takes the source's shape by itself.
  const adaptiveFirst = (frame: Frame): number => (source && frame.aspectRatio === 'adaptive' ? 0 : 1);
  return [...frames].sort((a, b) => adaptiveFirst(a) - adaptiveFirst(b) || distance(a) - distance(b));
}
