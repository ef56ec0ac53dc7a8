import { randomInt } from 'node:crypto';
import type {
  DescribedAsset,
  JobInput,
  ModelSpec,
  Operation,
  VideoRequest,
  VideoToAnime,
} from '@shotloom/contracts';
import { AppError, type FieldError } from '@shotloom/kernel';
import { findFrame } from './frame';

/** The body of any of the three routes: video-to-anime has every field that one of them has, and needs none. */
export type GenerateBody = VideoToAnime;

export const DEFAULT_STRENGTH = 0.6;
const MAX_METADATA_ENTRIES = 16;
const SEEDS = 4_294_967_296;

/** What the model cannot do, field by field, before the source is looked at. */
export function checkCapabilities(model: ModelSpec, operation: Operation, body: GenerateBody): FieldError[] {
  const problems: FieldError[] = [];
  const refuse = (field: string, reason: string): void => void problems.push({ field, reason });
  if (!model.operations.includes(operation)) {
    refuse('model', `${model.id} cannot do ${operation}. It can do: ${model.operations.join(', ')}.`);
  }
  const limit = model.prompt.max_length;
  if ((body.prompt?.length ?? 0) > limit)
    refuse('prompt', `${model.id} takes prompts of at most ${limit} characters.`);
  checkDuration(model, body.duration, refuse);
  const frame = findFrame(model, body, null);
  if ('reason' in frame) problems.push(frame);
  if (body.negative_prompt !== undefined && !model.supports.negative_prompt) {
    refuse('negative_prompt', `${model.id} takes no negative prompt; leave it out.`);
  }
  if (body.seed !== undefined && !model.supports.seed) {
    refuse('seed', `${model.id} takes no seed; leave it out.`);
  }
  if (body.strength !== undefined && !model.supports.strength) {
    refuse('strength', `${model.id} has no strength; leave it out.`);
  }
  return problems;
}

/** Whether the model makes videos of exactly so many seconds. */
export function canLast({ duration: { min, max, step } }: ModelSpec, seconds: number): boolean {
  return seconds >= min && seconds <= max && (seconds - min) % step === 0;
}

function checkDuration(
  model: ModelSpec,
  duration: number | undefined,
  refuse: (field: string, reason: string) => void,
): void {
  if (duration === undefined || canLast(model, duration)) return;
  const { id } = model;
  const { min, max, step } = model.duration;
  const steps = step === 1 ? '' : ` in steps of ${step}`;
  refuse('duration', `${id} makes videos of ${min} to ${max} s${steps}, not of ${duration} s.`);
}

/** Throws what `checkCapabilities` found. */
export function refuseUnsupported(problems: readonly FieldError[]): void {
  const [first] = problems;
  if (!first) return;
  const message = problems.length === 1 ? first.reason : 'The model cannot do everything that was asked for.';
  throw new AppError('unsupported_by_model', message, { fields: problems });
}

/** Whether the stored source fits the model's limits. */
export function checkSource(model: ModelSpec, field: string, asset: DescribedAsset): FieldError[] {
  const tooLarge = (limit: number): FieldError[] =>
    asset.sizeBytes > limit ? [{ field, reason: `${model.id} takes files of at most ${limit} bytes.` }] : [];
  if (asset.kind === 'image') {
    const limits = model.inputs.image;
    if (!limits) return [{ field, reason: `${model.id} takes no picture.` }];
    const pixels = asset.width * asset.height;
    const tooMany = { field, reason: `${model.id} takes pictures of at most ${limits.max_pixels} pixels.` };
    return [...tooLarge(limits.max_bytes), ...(pixels > limits.max_pixels ? [tooMany] : [])];
  }
  const limits = model.inputs.video;
  if (!limits) return [{ field, reason: `${model.id} takes no video.` }];
  const tooLong = { field, reason: `${model.id} takes videos of at most ${limits.max_seconds} s.` };
  return [
    ...tooLarge(limits.max_bytes),
    ...((asset.durationSeconds ?? 0) > limits.max_seconds ? [tooLong] : []),
  ];
}

/** The request with every default filled in, as it will be kept. Call it after the checks. */
export function buildVideoRequest(
  model: ModelSpec,
  operation: Operation,
  body: GenerateBody,
  asset: DescribedAsset | null,
): VideoRequest {
  const frame = findFrame(model, body, asset);
  if ('reason' in frame) throw new AppError('unsupported_by_model', frame.reason, { fields: [frame] });
  return {
    operation,
    provider: model.provider,
    model: model.id,
    prompt: body.prompt ?? '',
    negativePrompt: body.negative_prompt ?? null,
    stylePreset: body.style_preset ?? null,
    durationSeconds: body.duration ?? defaultDuration(model, operation, asset),
    ...frame,
    seed: body.seed ?? randomInt(SEEDS),
    strength: operation === 'video-to-anime' ? (body.strength ?? DEFAULT_STRENGTH) : null,
    inputs: asset ? [toInput(asset)] : [],
  };
}

/** A video keeps its length as far as the model can; all else has the model's default. */
function defaultDuration(model: ModelSpec, operation: Operation, asset: DescribedAsset | null): number {
  const { min, max, step, default: usual } = model.duration;
  if (operation !== 'video-to-anime' || !asset?.durationSeconds) return usual;
  const steps = Math.ceil((Math.min(asset.durationSeconds, max) - min) / step);
  return Math.min(max, min + Math.max(0, steps) * step);
}

function toInput({ kind, assetId, objectKey, contentType }: DescribedAsset): JobInput {
  return { role: kind, assetId, objectKey, contentType };
}

/** Metadata is kept with the job, so it must stay small. */
export function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  if (Object.keys(metadata).length <= MAX_METADATA_ENTRIES) return;
  const reason = `At most ${MAX_METADATA_ENTRIES} entries can be kept with a job.`;
  throw new AppError('invalid_input', reason, { fields: [{ field: 'metadata', reason }] });
}
