import { randomInt } from 'node:crypto';
import {
  checkParams,
  durationsOf,
  durationWords,
  resolveParams,
  vendorPrompt,
  type Adjustment,
  type DescribedAsset,
  type ImageToVideo,
  type ModelSpec,
  type Operation,
  type VideoRequest,
  type VideoToAnime,
} from '@shotloom/contracts';
import { AppError, type FieldError } from '@shotloom/kernel';
import { checkInputs } from './check-sources';
import { fitSources } from './fit-sources';
import { shapeDistance } from './frame';
import { findShape } from './shape';
import { mainAsset, type Source } from './sources';

/** The body of any of the three routes: every field that one of them has, and none that is needed. */
export type GenerateBody = VideoToAnime & Pick<ImageToVideo, 'last_frame'>;

export const DEFAULT_STRENGTH = 0.6;
const MAX_METADATA_ENTRIES = 16;
const SEEDS = 4_294_967_296;
/** Shapes that differ by less than this look the same: 16:9 and 1366x768. */
const SAME_SHAPE = 0.02;

/** What the model cannot do, field by field, before the sources are looked at. */
export function checkCapabilities(model: ModelSpec, operation: Operation, body: GenerateBody): FieldError[] {
  const problems: FieldError[] = [];
  const refuse = (field: string, reason: string): void => void problems.push({ field, reason });
  if (!model.operations.includes(operation)) {
    refuse('model', `${model.id} cannot do ${operation}. It can do: ${model.operations.join(', ')}.`);
  }
  checkPrompt(model, body, refuse);
  checkDuration(model, body.duration, refuse);
  const wrong = checkParams(model, body.params ?? {});
  // Rules are about what the model takes piece by piece: all else has its own sentence already.
  const duration = body.duration !== undefined && canLast(model, body.duration) ? body.duration : undefined;
  const params = wrong.length === 0 ? body.params : {};
  const shape = findShape(model, operation, { ...body, duration, params }, null);
  if (!('frame' in shape)) problems.push(...shape);
  if (body.negative_prompt !== undefined && !model.supports.negative_prompt) {
    refuse('negative_prompt', `${model.id} takes no negative prompt; leave it out.`);
  }
  if (body.seed !== undefined && !model.supports.seed) {
    refuse('seed', `${model.id} takes no seed; leave it out.`);
  }
  if (body.strength !== undefined && !model.supports.strength) {
    refuse('strength', `${model.id} has no strength; leave it out.`);
  }
  return [...problems, ...wrong, ...checkInputs(model, body)];
}

type Refuse = (field: string, reason: string) => void;

function checkPrompt(model: ModelSpec, body: GenerateBody, refuse: Refuse): void {
  const { id, supports } = model;
  const { max_length: limit, max_whole: whole = Infinity, unused = false } = model.prompt;
  const prompt = body.prompt ?? '';
  if (unused && prompt !== '') return refuse('prompt', `${id} takes no prompt; leave it out.`);
  if (prompt.length > limit) return refuse('prompt', `${id} takes prompts of at most ${limit} characters.`);
  const negativePrompt = supports.negative_prompt === 'folded' ? (body.negative_prompt ?? null) : null;
  const words = { prompt, negativePrompt, stylePreset: body.style_preset ?? null };
  const folded = vendorPrompt(words, supports.negative_prompt === 'folded' ? 'folded' : 'apart').prompt;
  if (folded.length <= whole) return;
  const reason = `With its style and what to avoid the prompt has ${folded.length} characters; ${id} takes ${whole}.`;
  refuse('prompt', reason);
}

/** Throws where the model needs a prompt and there is none. A video that becomes anime never needs one. */
export function requirePrompt(model: ModelSpec, operation: Operation, body: GenerateBody): void {
  if (operation === 'video-to-anime' || !model.prompt.required || body.prompt !== undefined) return;
  const reason = 'Say what should happen in the video.';
  throw new AppError('invalid_input', reason, { fields: [{ field: 'prompt', reason }] });
}

/** Whether the model makes videos of exactly so many seconds. */
export function canLast(model: ModelSpec, seconds: number): boolean {
  return durationsOf(model).includes(seconds);
}

function checkDuration(model: ModelSpec, duration: number | undefined, refuse: Refuse): void {
  if (duration === undefined || canLast(model, duration)) return;
  refuse('duration', `${model.id} makes videos of ${durationWords(model)}, not of ${duration} s.`);
}

/** Throws what `checkCapabilities` found. */
export function refuseUnsupported(problems: readonly FieldError[]): void {
  const [first] = problems;
  if (!first) return;
  const message = problems.length === 1 ? first.reason : 'The model cannot do everything that was asked for.';
  throw new AppError('unsupported_by_model', message, { fields: problems });
}

/**
 * The request with every default filled in, as it will be kept. Call it after the checks. `adjustments`: what was changed in the
 * body before it came here.
 */
export function buildVideoRequest(
  model: ModelSpec,
  operation: Operation,
  body: GenerateBody,
  sources: readonly Source[],
  adjustments: readonly Adjustment[] = [],
): VideoRequest {
  const source = mainAsset(sources);
  const shape = findShape(model, operation, body, source, usualDuration(model, operation, source));
  if (!('frame' in shape)) {
    refuseUnsupported(shape);
    throw new AppError('internal', `${model.id} has no shape for this, and no reason why.`);
  }
  const { frame, durationSeconds } = shape;
  const fitted = fitSources(model, sources, frame);
  refuseUnsupported(fitted.problems);
  return {
    operation,
    provider: model.provider,
    model: model.id,
    prompt: body.prompt ?? '',
    negativePrompt: body.negative_prompt ?? null,
    stylePreset: body.style_preset ?? null,
    durationSeconds,
    ...frame,
    seed: body.seed ?? randomInt(SEEDS),
    strength: operation === 'video-to-anime' ? (body.strength ?? DEFAULT_STRENGTH) : null,
    inputs: fitted.inputs,
    params: resolveParams(model, body.params ?? {}),
    adjustments: [
      ...adjustments,
      ...ownAdjustments(model, operation, body, frame, source),
      ...fitted.adjustments,
    ],
  };
}

/** What the model itself makes of a wish that it does take. */
function ownAdjustments(
  model: ModelSpec,
  operation: Operation,
  body: GenerateBody,
  frame: { width: number; height: number },
  source: DescribedAsset | null,
): Adjustment[] {
  const { negative_prompt: negative, aspect_ratio: ratio } = body;
  const found: Adjustment[] = [];
  if (negative !== undefined && model.supports.negative_prompt === 'folded') {
    const reason = `${model.id} has no field for what to avoid, so it is written at the end of the prompt.`;
    found.push({ field: 'negative_prompt', from: negative, to: 'prompt', reason });
  }
  const follows = model.follows_picture && operation === 'image-to-video';
  if (follows && ratio !== undefined && source && shapeDistance(frame, source) > SAME_SHAPE) {
    const reason = `A video of ${model.id} takes the shape of its picture, ${source.width}x${source.height}.`;
    found.push({ field: 'aspect_ratio', from: ratio, to: 'adaptive', reason });
  }
  return found;
}

/** A video keeps its length as far as the model can; all else has the model's default. */
function usualDuration(model: ModelSpec, operation: Operation, asset: DescribedAsset | null): number {
  if (operation !== 'video-to-anime' || !asset?.durationSeconds) return model.duration.default;
  const lengths = durationsOf(model);
  const { durationSeconds } = asset;
  return lengths.find((seconds) => seconds >= durationSeconds) ?? lengths.at(-1) ?? model.duration.default;
}

/** Metadata is kept with the job, so it must stay small. */
export function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  if (Object.keys(metadata).length <= MAX_METADATA_ENTRIES) return;
  const reason = `At most ${MAX_METADATA_ENTRIES} entries can be kept with a job.`;
  throw new AppError('invalid_input', reason, { fields: [{ field: 'metadata', reason }] });
}
