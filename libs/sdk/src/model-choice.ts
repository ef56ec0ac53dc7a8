import type { ModelResource, Operation } from './types';

/** Whole credits for one video of the given length in seconds; null where the model has no price. */
export function quoteCredits(model: Pick<ModelResource, 'price'>, durationSeconds: number): number | null {
  if (!model.price) return null;
  return model.price.base + model.price.per_second * Math.ceil(durationSeconds);
}

/** Pixels of a size class at a ratio; null where the model does not offer them together. */
export function pixelsOf(
  model: Pick<ModelResource, 'sizes'>,
  size: string,
  aspectRatio: string,
): { readonly width: number; readonly height: number } | null {
  return model.sizes[size]?.[aspectRatio] ?? null;
}

/** The models that can do an operation: those that are on first, otherwise in the server's order. */
export function modelsFor(models: readonly ModelResource[], operation: Operation): ModelResource[] {
  return models
    .filter((model) => model.operations.includes(operation))
    .sort((left, right) => Number(right.enabled) - Number(left.enabled));
}

/** The nearest duration that the model can do; whole seconds. */
export function nearestDuration(model: Pick<ModelResource, 'duration'>, seconds: number): number {
  const { min, max, step } = model.duration;
  const steps = Math.round((Math.min(max, Math.max(min, seconds)) - min) / step);
  return Math.min(max, min + steps * step);
}
