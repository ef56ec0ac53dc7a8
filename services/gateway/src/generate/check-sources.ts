import {
  INPUT_WORDS,
  type DescribedAsset,
  type InputRole,
  type ModelSpec,
  type PictureLimits,
} from '@shotloom/contracts';
import type { FieldError } from '@shotloom/kernel';
import { planFit } from './fit-picture';
import type { Pixels } from './frame';
import { formatWords, sideProblems } from './picture-limits';
import type { Source } from './sources';
import type { GenerateBody } from './video-request';

/** What the model cannot take of the inputs that a body names, before anybody has looked at them. */
export function checkInputs(model: ModelSpec, body: GenerateBody): FieldError[] {
  const { last_frame: last, references = [] } = body;
  const count = references.length + (body.subject_reference_url === undefined ? 0 : 1);
  const field = references.length > 0 ? 'references' : 'subject_reference_url';
  const problems = checkReferences(model, count, field);
  if (last !== undefined && !model.inputs.last_frame) {
    problems.push({ field: 'last_frame', reason: `${model.id} takes no last frame; leave it out.` });
  }
  if (problems.length > 0) return problems;
  const { max_pictures: most = Infinity } = model.inputs;
  const all = count + [last, body.asset_id ?? body.file_url].filter((value) => value !== undefined).length;
  if (all <= most) return [];
  const reason = `${model.id} takes at most ${most} pictures in all, frames included, not ${all}.`;
  return [{ field: count > 0 ? field : 'last_frame', reason }];
}

function checkReferences({ id, inputs }: ModelSpec, count: number, field: string): FieldError[] {
  const most = inputs.reference?.max_count ?? 0;
  if (count <= most) return [];
  const reason =
    most === 0
      ? `${id} takes no reference pictures; leave them out.`
      : `${id} takes at most ${most} reference pictures, not ${count}.`;
  return [{ field, reason }];
}

/** Whether every stored source fits the model's limits, or can be made to. `frame`: the video's, null while it is not known. */
export function checkSources(
  model: ModelSpec,
  sources: readonly Source[],
  frame: Pixels | null = null,
): FieldError[] {
  return sources.flatMap((source) => checkSource(model, source, frame));
}

/** The same for one of them. */
export function checkSource(
  model: ModelSpec,
  { field, role, asset }: Source,
  frame: Pixels | null = null,
): FieldError[] {
  const refuse = (reasons: readonly string[]): FieldError[] =>
    reasons.map((reason) => ({ field, reason: `${model.id} takes ${reason}.` }));
  if (role === 'video') {
    const limits = model.inputs.video;
    return refuse(limits ? videoProblems(limits, asset) : ['no video']);
  }
  const limits = pictureLimitsOf(model, role);
  if (!limits) return refuse([role === 'first_frame' ? 'no picture' : `no ${INPUT_WORDS[role]}`]);
  const plan = planFit(limits, asset, frame);
  return plan.kind === 'refused' ? refuse(plan.takes) : [];
}

/** Null where the model takes no such picture. */
export function pictureLimitsOf(model: ModelSpec, role: Exclude<InputRole, 'video'>): PictureLimits | null {
  return { ...model.inputs, first_frame: model.inputs.image }[role] ?? null;
}

function videoProblems(
  limits: NonNullable<ModelSpec['inputs']['video']>,
  { sizeBytes, width, height, durationSeconds, contentType }: DescribedAsset,
): string[] {
  const { min_seconds: least = 0, min_side: minSide = 0, max_side: maxSide = Infinity, formats } = limits;
  const seconds = durationSeconds ?? 0;
  return [
    ...(sizeBytes > limits.max_bytes ? [`files of at most ${limits.max_bytes} bytes`] : []),
    ...(seconds > limits.max_seconds ? [`videos of at most ${limits.max_seconds} s`] : []),
    ...(seconds < least ? [`videos of at least ${least} s`] : []),
    ...(formats?.some((format) => format === contentType) === false ? [`${formatWords(formats)} only`] : []),
    ...sideProblems(width, height, { least: minSide, most: maxSide, what: 'videos' }),
  ];
}
