import { modelsFor, nearestDuration, pixelsOf, quoteCredits, type ModelResource } from '@shotloom/sdk';
import type { Draft } from '../../shared/jobs/draft';

/** The form as the chosen model can do it: what was chosen for another model is moved to the nearest possible. */
export interface Choices {
  readonly models: readonly ModelResource[];
  readonly model: ModelResource;
  readonly duration: number;
  readonly aspectRatio: ModelResource['aspect_ratios'][number];
  readonly size: string;
  readonly pixels: { readonly width: number; readonly height: number } | null;
  /** Whole credits; null where the model has no price. */
  readonly price: number | null;
}

/** Null where no model that is on can do the operation. */
export function choicesFor(draft: Draft, all: readonly ModelResource[]): Choices | null {
  const models = modelsFor(all, draft.operation);
  const enabled = models.filter((candidate) => candidate.enabled);
  const model = enabled.find((candidate) => candidate.id === draft.model) ?? enabled[0];
  const aspectRatio =
    model?.aspect_ratios.find((ratio) => ratio === draft.aspectRatio) ?? model?.aspect_ratios[0];
  if (!model || !aspectRatio) return null;
  const duration = nearestDuration(model, draft.duration);
  const size = draft.size !== null && draft.size in model.sizes ? draft.size : model.default_size;
  const pixels = pixelsOf(model, size, aspectRatio);
  return { models, model, duration, aspectRatio, size, pixels, price: quoteCredits(model, duration) };
}
