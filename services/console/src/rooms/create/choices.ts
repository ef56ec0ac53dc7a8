import {
  modelsFor,
  nearestDuration,
  objectionsTo,
  pixelsOf,
  quoteCredits,
  type ModelResource,
} from '@shotloom/sdk';
import { sourceKindOf, type Draft, type Source } from '../../shared/jobs/draft';

export type PictureLimits = NonNullable<ModelResource['inputs']['last_frame']>;
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
  /** What a last frame and references must be; null where the model or the operation takes none. */
  readonly extras: { readonly lastFrame: PictureLimits | null; readonly reference: PictureLimits | null };
  /** What goes into the video of those that were chosen. */
  readonly lastFrame: Source | null;
  readonly references: readonly Source[];
  readonly mostReferences: number;
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
  const extra = extrasFor(draft, model);
  const wish = {
    ...{ operation: draft.operation, size, aspectRatio, durationSeconds: duration, params },
    inputs: [
      ...(kind ? [{ role: kind }] : []),
      ...(extra.lastFrame ? [{ role: 'last_frame' as const }] : []),
      ...extra.references.map(() => ({ role: 'reference' as const })),
    ],
  };
  return {
    ...{ models, model, duration, aspectRatios, aspectRatio, size, params },
    ...extra,
    pixels: pixelsOf(model, size, aspectRatio),
    objection: objectionsTo(model, wish)[0]?.reason ?? null,
    price: quoteCredits(model, wish),
  };
}

/** The pictures beside the first: as many as the model takes of those that were chosen. */
function extrasFor(
  { operation, lastFrame, references }: Draft,
  { inputs }: ModelResource,
): Pick<Choices, 'extras' | 'lastFrame' | 'references' | 'mostReferences'> {
  const extras = {
    lastFrame: operation === 'image-to-video' ? (inputs.last_frame ?? null) : null,
    reference: operation === 'video-to-anime' ? null : (inputs.reference ?? null),
  };
  const last = extras.lastFrame ? lastFrame : null;
  const others = (operation === 'image-to-video' ? 1 : 0) + (last ? 1 : 0);
  const room = (inputs.max_pictures ?? Infinity) - others;
  const most = extras.reference ? Math.max(0, Math.min(inputs.reference?.max_count ?? 0, room)) : 0;
  return { extras, lastFrame: last, references: references.slice(0, most), mostReferences: most };
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
