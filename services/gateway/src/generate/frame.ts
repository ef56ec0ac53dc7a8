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

/** Every frame that a model can make. */
export function framesOf(model: ModelSpec): readonly Frame[] {
  return Object.entries(model.sizes).flatMap(([size, ratios]) =>
    model.aspect_ratios.flatMap((aspectRatio) => {
      const pixels = ratios[aspectRatio];
      return pixels ? [{ size, aspectRatio, ...pixels }] : [];
    }),
  );
}

/**
 * Finds the frame for a wish. `size` is a class or pixels; without a ratio, the one nearest to the source's shape (so that
 * least is cut off), else the model's first.
 */
export function findFrame(model: ModelSpec, wish: FrameWish, source: Pixels | null): Frame | FieldError {
  const frames = framesOf(model);
  const wanted = (wish.size ?? model.default_size).toLowerCase();
  const sameSize = frames.filter(
    (frame) => frame.size.toLowerCase() === wanted || `${frame.width}x${frame.height}` === wanted,
  );
  if (sameSize.length === 0) {
    const known = frames.map(({ size, width, height }) => `${size} (${width}x${height})`).join(', ');
    return { field: 'size', reason: `${model.id} does not make ${wish.size ?? wanted}. It makes: ${known}.` };
  }
  const { aspect_ratio: ratio } = wish;
  if (ratio === undefined) return nearest(sameSize, source);
  const exact = sameSize.find((frame) => frame.aspectRatio === ratio);
  if (exact) return exact;
  const known = sameSize.map(({ aspectRatio }) => aspectRatio).join(', ');
  const reason = `${model.id} does not make ${ratio} at ${wish.size ?? model.default_size}. It makes: ${known}.`;
  return { field: 'aspect_ratio', reason };
}

function nearest(frames: readonly Frame[], source: Pixels | null): Frame | FieldError {
  const distance = (frame: Frame): number =>
    source === null ? 0 : Math.abs(Math.log((frame.width * source.height) / (frame.height * source.width)));
  const [best] = [...frames].sort((a, b) => distance(a) - distance(b));
  return best ?? { field: 'size', reason: 'The model makes no frame of this size.' };
}
