import {
  modelsFor,
  nearestDuration,
  objectionsTo,
  pixelsOf,
  quoteCredits,
  type ModelResource,
} from '@shotloom/sdk';
import { sourceKindOf, type Draft } from '../../shared/jobs/draft';

export type ParamSpec = ModelResource['params'][string];

/** The form as the chosen model can do it: what was chosen for another model is moved to the nearest possible. */
export interface Choices {
  readonly models: readonly ModelResource[];
  readonly model: ModelResource;
  readonly duration: number;
  readonly aspectRatios: ModelResource['aspect_ratios'];
  readonly aspectRatio: ModelResource['aspect_ratios'][number];
  readonly size: string;
  readonly pixels: { readonly width: number; readonly height: number } | null;
  /** What was chosen of the model's own parameters. */
  readonly params: Draft['params'];
  /** Why the model does not do this together, in its words; null where it does. */
  readonly objection: string | null;
  /** Whole credits; null where the model has no price. */
  readonly price: number | null;
}

/** Null where no model that is on can do the operation. */
export function choicesFor(draft: Draft, all: readonly ModelResource[]): Choices | null {
  const models = modelsFor(all, draft.operation);
  const enabled = models.filter((candidate) => candidate.enabled);
  const model = enabled.find((candidate) => candidate.id === draft.model) ?? enabled[0];
  // Words alone have no shape to take.
  const aspectRatios =
    model?.aspect_ratios.filter((ratio) => ratio !== 'adaptive' || draft.operation !== 'text-to-video') ?? [];
  const aspectRatio = aspectRatios.find((ratio) => ratio === draft.aspectRatio) ?? aspectRatios[0];
  if (!model || !aspectRatio) return null;
  const duration = nearestDuration(model, draft.duration);
  const size = sizeFor(model, draft.size, aspectRatio);
  const params = Object.fromEntries(
    Object.entries(draft.params).filter(([name, value]) => fits(model.params[name], value)),
  );
  const kind = sourceKindOf(draft.operation);
  const wish = {
    ...{ operation: draft.operation, size, aspectRatio, durationSeconds: duration, params },
    inputs: kind ? [{ role: kind }] : [],
  };
  return {
    ...{ models, model, duration, aspectRatios, aspectRatio, size, params },
    pixels: pixelsOf(model, size, aspectRatio),
    objection: objectionsTo(model, wish)[0]?.reason ?? null,
    price: quoteCredits(model, wish),
  };
}

/** A size that the model has at the ratio, the chosen one if it may be. */
function sizeFor(model: ModelResource, chosen: string | null, aspectRatio: string): string {
  const has = (size: string): boolean => pixelsOf(model, size, aspectRatio) !== null;
  if (chosen !== null && has(chosen)) return chosen;
  return has(model.default_size)
    ? model.default_size
    : (Object.keys(model.sizes).find(has) ?? model.default_size);
}

/** Whether a value that was chosen for some model is one of this parameter too. */
function fits(spec: ParamSpec | undefined, value: boolean | number | string): boolean {
  switch (spec?.type) {
    case undefined:
      return false;
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'number':
      return typeof value === 'number' && value >= spec.min && value <= spec.max;
    case 'string':
      return typeof value === 'string' && value.length <= spec.max_length;
    case 'enum':
      return typeof value === 'string' && spec.values.includes(value);
  }
}
