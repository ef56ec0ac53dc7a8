import {
  INPUT_WORDS,
  type DescribedAsset,
  type InputRole,
  type ModelSpec,
  type PictureLimits,
} from '@shotloom/contracts';
import type { FieldError } from '@shotloom/kernel';
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

/** Whether every stored source fits the model's limits for its role. */
export function checkSources(model: ModelSpec, sources: readonly Source[]): FieldError[] {
  return sources.flatMap(({ field, role, asset }) => checkSource(model, field, asset, role));
}

/** Whether the stored source fits the model's limits. */
export function checkSource(
  model: ModelSpec,
  field: string,
  asset: DescribedAsset,
  role: InputRole = asset.kind === 'image' ? 'first_frame' : 'video',
): FieldError[] {
  const refuse = (reasons: readonly string[]): FieldError[] =>
    reasons.map((reason) => ({ field, reason: `${model.id} takes ${reason}.` }));
  if (role === 'video') {
    const limits = model.inputs.video;
    return refuse(limits ? videoProblems(limits, asset) : ['no video']);
  }
  const limits = { first_frame: model.inputs.image, ...model.inputs }[role];
  if (limits) return refuse(pictureProblems(limits, asset));
  return refuse([role === 'first_frame' ? 'no picture' : `no ${INPUT_WORDS[role]}`]);
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
    ...sideProblems(width, height, minSide, maxSide, 'videos'),
  ];
}

function pictureProblems(limits: PictureLimits, asset: DescribedAsset): string[] {
  const { formats, min_side: minSide = 0, max_side: maxSide = Infinity, ratio, fit = 'none' } = limits;
  const { width, height, sizeBytes, contentType } = asset;
  // What is cropped to the video's own pixels fits by that.
  if (fit === 'frame') return [];
  const shape = width / height;
  const given = [
    ...(ratio && (shape < ratio.min || shape > ratio.max)
      ? [
          `pictures with a width of ${ratio.min} to ${ratio.max} times the height, and this is ${round(shape)} times`,
        ]
      : []),
    ...sideProblems(width, height, minSide, fit === 'none' ? maxSide : Infinity, 'pictures'),
  ];
  if (fit === 'limits') return given;
  const pixels = width * height;
  return [
    ...(sizeBytes > limits.max_bytes ? [`files of at most ${limits.max_bytes} bytes`] : []),
    ...(pixels > limits.max_pixels ? [`pictures of at most ${limits.max_pixels} pixels`] : []),
    ...(formats?.some((format) => format === contentType) === false ? [`${formatWords(formats)} only`] : []),
    ...given,
  ];
}

function sideProblems(width: number, height: number, least: number, most: number, what: string): string[] {
  const is = `and this is ${width}x${height}`;
  return [
    ...(Math.min(width, height) < least ? [`${what} of at least ${least} pixels a side, ${is}`] : []),
    ...(Math.max(width, height) > most ? [`${what} of at most ${most} pixels a side, ${is}`] : []),
  ];
}

const formatWords = (formats: readonly string[]): string =>
  formats.map((format) => format.replace(/^.*\//, '').toUpperCase()).join(', ');
const round = (ratio: number): number => Math.round(ratio * 100) / 100;
