import { priceOf, type Catalogue, type ModelSpec, type VideoRequest } from '@shotloom/contracts';
import { AppError, type FieldError } from '@shotloom/kernel';
import { isOwn, type OwnKeyTerms } from '../providers/own-keys';
import { checkSources } from './check-sources';
import type { FrameWish } from './frame';
import { findShape, type Shape } from './shape';
import { mainAsset, type Source } from './sources';
import { canLast, buildVideoRequest, checkCapabilities, type GenerateBody } from './video-request';

/** A model to fall back to, and the field that named it, where errors about it belong. */
export interface FallbackModel {
  readonly field: string;
  readonly model: ModelSpec;
}

/** A request that is resolved for one model, at its price of today. */
export interface PricedRequest {
  readonly request: VideoRequest;
  readonly price: { readonly credits: number; readonly version: string; readonly ownKey?: boolean };
}

/** On a key of the user's own a video costs the platform's fee; the model must have a price all the same, since without one it is not offered. */
export function priced(model: ModelSpec, request: VideoRequest, terms: OwnKeyTerms): PricedRequest {
  const price = priceOf(model, request);
  return { request, price: isOwn(terms, model) ? { ...terms.fee, ownKey: true } : price };
}

/** The models of a chain by their names, each once. Throws for a name that nobody knows, and for the main model itself. */
export function nameFallback(catalogue: Catalogue, main: ModelSpec, ids: readonly string[]): FallbackModel[] {
  const found = new Map<string, FallbackModel>();
  const problems: FieldError[] = [];
  for (const [index, id] of ids.entries()) {
    const field = `fallback.${index}`;
    const model = catalogue.list().find((candidate) => candidate.id === id);
    if (!model) problems.push({ field, reason: `There is no model ${id}. See GET /api/v1/models.` });
    else if (model.id === main.id) {
      problems.push({ field, reason: `${id} is the model that is tried first; name others here.` });
    } else if (!found.has(id)) found.set(id, { field, model });
  }
  const [first] = problems;
  if (first) throw new AppError('invalid_input', first.reason, { fields: problems });
  return [...found.values()];
}

/**
 * The same video as `main` by another model: same seed, and the same frame and length unless the user left them open and the
 * model lacks them. What the user asked for (`wish`) and the model cannot do is a reason, and never left out in silence.
 */
export function fitFallback(
  { field, model }: FallbackModel,
  main: VideoRequest,
  wish: GenerateBody,
  sources: readonly Source[],
  terms: OwnKeyTerms,
): PricedRequest | readonly FieldError[] {
  const { size: _, aspect_ratio: __, ...frameless } = wish;
  const shape = shapeLike(model, main, wish, sources);
  const problems = [
    ...checkCapabilities(model, main.operation, frameless),
    ...('frame' in shape ? [] : shape),
    ...checkSources(model, sources, 'frame' in shape ? shape.frame : null),
  ];
  if (problems.length > 0 || !('frame' in shape)) {
    return [...new Set(problems.map(({ reason }) => reason))].map((reason) => ({ field, reason }));
  }
  const { frame, durationSeconds } = shape;
  const body = {
    ...wish,
    size: frame.size,
    aspect_ratio: frame.aspectRatio,
    seed: main.seed,
    duration: durationSeconds,
  };
  return priced(model, buildVideoRequest(model, main.operation, body, sources), terms);
}

/** The main frame by its class and shape, and the main length; what the user left open may differ. */
function shapeLike(
  model: ModelSpec,
  main: VideoRequest,
  wish: GenerateBody,
  sources: readonly Source[],
): Shape | readonly FieldError[] {
  // Pixels name a shape too.
  const shapeIsWished = wish.aspect_ratio !== undefined || /x/i.test(wish.size ?? '');
  const frames: FrameWish[] = [
    { size: main.size, aspect_ratio: main.aspectRatio },
    ...(wish.size === undefined ? [{ aspect_ratio: main.aspectRatio }] : []),
    ...(shapeIsWished ? [] : [{ size: wish.size === undefined ? undefined : main.size }]),
  ];
  const usual = canLast(model, main.durationSeconds) ? main.durationSeconds : undefined;
  const [same, ...others] = frames.map(({ size, aspect_ratio }) => {
    const body = { ...wish, size, aspect_ratio };
    return findShape(model, main.operation, body, mainAsset(sources), usual);
  });
  return [same, ...others].find((shape) => shape && 'frame' in shape) ?? same ?? [];
}

/** Throws for every model of the chain that costs more than the user allows. `fields` are of the chain, in its order. */
export function refuseDearer(
  chain: readonly PricedRequest[],
  fields: readonly string[],
  most: number | undefined,
): void {
  if (most === undefined) return;
  const problems = chain.flatMap(({ request, price }, index): FieldError[] => {
    if (price.credits <= most) return [];
    const reason = `${request.model} costs ${price.credits} credits for ${request.durationSeconds} s, and max_price_credits allows ${most}.`;
    return [{ field: fields[index] ?? 'max_price_credits', reason }];
  });
  const [first] = problems;
  if (!first) return;
  const message =
    problems.length === 1 ? first.reason : 'Several models cost more than max_price_credits allows.';
  throw new AppError('invalid_input', message, { fields: problems });
}
