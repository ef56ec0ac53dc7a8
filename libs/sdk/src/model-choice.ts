import {
  creditsFor,
  durationsNear,
  durationsOf,
  resolveParams,
  violations,
  type RequestFacts,
} from '@shotloom/contracts/rules';
import type { ModelResource, Operation } from './types';

/** One video as it is to be asked for. `params`: only what was chosen; inputs by role. */
export type VideoWish = RequestFacts;

/** The parameters that a video will be made with: what was chosen, and the model's defaults. */
const withDefaults = (model: Pick<ModelResource, 'params'>, wish: VideoWish): VideoWish => ({
  ...wish,
  params: resolveParams(model, wish.params),
});

/** Whole credits for one video; null where the model has no price. Reckoned as the server does. */
export function quoteCredits(model: Pick<ModelResource, 'price' | 'params'>, wish: VideoWish): number | null {
  return creditsFor(model, withDefaults(model, wish));
}

/** Why the model would refuse this together, as the server would say it; empty where it would not. */
export function objectionsTo(
  model: Pick<ModelResource, 'id' | 'constraints' | 'params'>,
  wish: VideoWish,
): readonly { readonly field: string; readonly reason: string }[] {
  return violations(model, withDefaults(model, wish));
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

/** Every length that the model makes; whole seconds, from short to long. */
export const lengthsOf = (model: Pick<ModelResource, 'duration'>): readonly number[] => durationsOf(model);

/** The nearest length that the model makes; whole seconds. */
export function nearestDuration(model: Pick<ModelResource, 'duration'>, seconds: number): number {
  return durationsNear(model, seconds)[0] ?? model.duration.default;
}

/** The least and the most that a second, and a video beside its seconds, may cost; null without a price. Whole credits. */
export function priceRange(model: Pick<ModelResource, 'price'>): {
  readonly perSecond: readonly [number, number];
  readonly base: readonly [number, number];
} | null {
  if (!model.price) return null;
  const { rates = [] } = model.price;
  // With rates, the price beside them is for what no rate is about.
  const rows = rates.length > 0 ? rates : [model.price];
  const ends = (amounts: readonly number[]): [number, number] => [Math.min(...amounts), Math.max(...amounts)];
  return { perSecond: ends(rows.map((row) => row.per_second)), base: ends(rows.map((row) => row.base)) };
}
