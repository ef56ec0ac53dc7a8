import { vendorPrompt } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { InlineFile, type VendorInput, type VendorTask } from '@shotloom/provider-kit';
import { PROVIDER } from './errors';
import type { YunwuTaskId } from './task-id';

/** A create in one of the vendor's two formats. */
export interface YunwuCreate {
  readonly format: YunwuTaskId['format'];
  readonly json: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

const SHAPE_NOTE = 'The video takes the shape of the picture.';
/** What clients of grok-video-3 write at the end of a prompt, so that it is taken as it is. */
const GROK_MODE = ' --mode=custom';
const FORMATS = ['image/jpeg', 'image/png', 'image/webp'];
const MAX_REFERENCES = 7;
const MAX_REFERENCE_SECONDS = 10;

const isXai = (model: string): boolean => model.startsWith('grok-imagine-');

/**
 * Our request in Yunwu's words. The model goes on as it is named: the vendor knows what it sells. What to avoid stands at the end of the
 * prompt, since there is no field for it. The same task always gives the same answer. Throws `invalid_input` and `unsupported_by_model`.
 */
export function toCreate(task: VendorTask): YunwuCreate {
  const { request, inputs } = task;
  if (request.operation === 'video-to-anime') throw unsupported('Yunwu cannot turn a video into anime.');
  const model = request.model.replace(/^yunwu:/, '');
  const first = inputs.filter(({ role }) => role === 'first_frame');
  const references = inputs.filter(({ role }) => role === 'reference');
  if (first.length > 1 || first.length + references.length !== inputs.length) {
    throw unsupported(`${model} takes one picture to begin with, and of some models pictures of subjects.`);
  }
  if (request.operation === 'image-to-video' && first.length === 0) {
    throw invalid('Give the picture that the video begins with.', 'asset_id');
  }
  const order: Order = { task, model, first: first[0] ?? null, references };
  return {
    ...(isXai(model)
      ? { format: 'xai', json: xaiBody(order) }
      : { format: 'unified', json: unifiedBody(order) }),
    notes: first.length > 0 ? [SHAPE_NOTE] : [],
  };
}

interface Order {
  readonly task: VendorTask;
  readonly model: string;
  readonly first: VendorInput | null;
  readonly references: readonly VendorInput[];
}

/** All five fields always: for grok they are required, of other models none is refused. The length is in the model's name. */
function unifiedBody({ task: { request }, model, first, references }: Order): Record<string, unknown> {
  if (references.length > 0) throw unsupported(`${model} takes no pictures of subjects.`);
  const { prompt } = vendorPrompt(request, 'folded');
  return {
    model,
    prompt: model.startsWith('grok-') ? `${prompt}${GROK_MODE}` : prompt,
    aspect_ratio: request.aspectRatio,
    size: request.size,
    images: first === null ? [] : [handOver(first)],
  };
}

function xaiBody({ task: { request }, model, first, references }: Order): Record<string, unknown> {
  const { durationSeconds: duration } = request;
  if (first !== null && references.length > 0) {
    throw unsupported(`${model} takes a first picture or pictures of subjects, not both.`);
  }
  if (references.length > MAX_REFERENCES) throw unsupported(`${model} takes 7 pictures of subjects.`);
  if (references.length > 0 && duration > MAX_REFERENCE_SECONDS) {
    throw invalid(`${model} makes at most 10 s with pictures of subjects.`, 'duration');
  }
  return {
    model,
    prompt: vendorPrompt(request, 'folded').prompt,
    resolution: request.size.toLowerCase(),
    ...{ aspect_ratio: request.aspectRatio, duration },
    ...(first === null ? {} : { image: { url: handOver(first) } }),
    ...(references.length === 0
      ? {}
      : { reference_images: references.map((input) => ({ url: handOver(input) })) }),
  };
}

/** An address where there is one, else a data URI, of any size: it is written while it is sent. */
function handOver({ contentType, sizeBytes, url, open }: VendorInput): string | InlineFile {
  if (!FORMATS.includes(contentType)) {
    throw invalid(`Yunwu takes JPG, PNG and WEBP pictures, not ${contentType}.`, 'asset_id');
  }
  return url ?? new InlineFile(sizeBytes, open, `data:${contentType};base64,`);
}

const invalid = (message: string, field: string): AppError =>
  new AppError('invalid_input', message, { provider: PROVIDER, fields: [{ field, reason: message }] });
const unsupported = (message: string): AppError =>
  new AppError('unsupported_by_model', message, { provider: PROVIDER });
