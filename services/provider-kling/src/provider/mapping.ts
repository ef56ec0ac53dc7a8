import { vendorPrompt } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { InlineFile, type VendorInput, type VendorTask } from '@shotloom/provider-kit';
import { z } from 'zod';
import { PROVIDER } from './errors';
import { namesOf, type KlingModelNames } from './models';

/** A create call, ready to be sent. `json` may hold `InlineFile`s. */
export interface KlingCreate {
  readonly generation: 'legacy' | 'standard';
  readonly path: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

/** The parameters of the catalogue that Kling's models have, as a request of any age may carry them. */
export const klingParamsSchema = z.strictObject({
  /** Follows from the size, which the catalogue has checked against it. */
  mode: z.enum(['std', 'pro', '4k']).optional(),
  sound: z.boolean().default(false),
  multi_shot: z.boolean().default(false),
  watermark: z.boolean().default(false),
  /** Ids of elements (subject references) that were made at Kling, with commas between. */
  element_ids: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((id) => id.trim())
        .filter((id) => id !== ''),
    )
    .pipe(z.array(z.string()).max(3)),
});
type KlingParams = z.output<typeof klingParamsSchema>;

interface Order {
  readonly task: VendorTask;
  readonly names: KlingModelNames;
  readonly params: KlingParams;
  readonly size: '720P' | '1080P' | '2160P';
  readonly image: VendorInput | undefined;
  readonly lastImage: VendorInput | undefined;
  /** Pictures of subjects; omni models only. */
  readonly references: readonly VendorInput[];
  readonly prompt: string;
  readonly sound: boolean;
}

const MEGABYTE = 1024 * 1024;
const LEGACY_IMAGE_BYTES = 10 * MEGABYTE;
const STANDARD_IMAGE_BYTES = 50 * MEGABYTE;
const LEGACY_PROMPT = 2500;
const MODES = { '720P': 'std', '1080P': 'pro', '2160P': '4k' } as const;
const RESOLUTIONS = { '720P': '720p', '1080P': '1080p', '2160P': '4k' } as const;

/**
 * Our request in Kling's words. An API key goes to the new generation, unless the user wrote what to avoid, which only the old one can take;
 * a key pair always goes to the old one. The same task and kind of key always give the same answer. Throws `invalid_input` and
 * `unsupported_by_model`.
 */
export function toCreate(task: VendorTask, keyKind: 'apiKey' | 'keyPair'): KlingCreate {
  const order = readOrder(task);
  const { legacy } = order.names;
  if (keyKind === 'keyPair' && legacy === null) {
    throw unsupported(
      `${task.request.model} needs an API key of Kling; an access key pair is too old for it.`,
    );
  }
  const wantsLegacy = keyKind === 'keyPair' || task.request.negativePrompt !== null;
  return wantsLegacy && legacy !== null ? toLegacy(order, legacy) : toStandard(order);
}

function readOrder(task: VendorTask): Order {
  const { request } = task;
  const names = namesOf(request.model);
  const params = klingParamsSchema.safeParse(task.params);
  if (!params.success) {
    throw invalid(`The parameters do not fit Kling: ${z.prettifyError(params.error)}`, 'params');
  }
  const size = z.enum(['720P', '1080P', '2160P']).safeParse(request.size);
  if (!size.success) throw unsupported(`${request.model} cannot make ${request.size}.`);
  const references = task.inputs.filter(({ role }) => role === 'reference');
  if (references.length > 0 && !names.omni)
    throw unsupported(`${request.model} takes no reference pictures.`);
  const image = task.inputs.find(({ role }) => role === 'first_frame');
  if (request.operation === 'video-to-anime') throw unsupported('Kling cannot turn a video into anime.');
  if (request.operation === 'image-to-video' && image === undefined) {
    throw invalid('Give the picture that the video begins with.', 'asset_id');
  }
  return {
    ...{
      task,
      names,
      params: params.data,
      size: size.data,
      image,
      references,
      prompt: vendorPrompt(request, 'apart').prompt,
    },
    lastImage: checkedLastImage(task, names, size.data),
    sound: checkedSound(request.model, names, params.data.sound, size.data),
  };
}

function checkedLastImage(
  { inputs, request }: VendorTask,
  { lastFrame }: KlingModelNames,
  size: Order['size'],
): VendorInput | undefined {
  const lastImage = inputs.find(({ role }) => role === 'last_frame');
  const taken = lastFrame === 'always' || (lastFrame === '1080P' && size !== '720P');
  if (lastImage === undefined || taken) return lastImage;
  throw unsupported(`${request.model} takes no last picture at ${size}.`);
}

function checkedSound(
  model: string,
  { sound }: KlingModelNames,
  wanted: boolean,
  size: Order['size'],
): boolean {
  if (sound === 'always') return true;
  if (!wanted || sound === 'choice' || (sound === '1080P' && size !== '720P')) return wanted;
  throw unsupported(`${model} makes no sound at ${size}.`);
}

function toLegacy(
  { task, names, params, size, image, lastImage, prompt, sound }: Order,
  name: string,
): KlingCreate {
  const { request, attemptId, callbackUrl } = task;
  checkPrompt(prompt, LEGACY_PROMPT);
  const isImage = request.operation === 'image-to-video';
  const { negative } = vendorPrompt(request, 'apart');
  return {
    generation: 'legacy',
    path: `/v1/videos/${isImage ? 'image2video' : 'text2video'}`,
    json: {
      model_name: name,
      prompt,
      ...(negative === '' ? {} : { negative_prompt: negative.slice(0, LEGACY_PROMPT) }),
      ...(image === undefined ? {} : { image: handOver(image, LEGACY_IMAGE_BYTES) }),
      ...(lastImage === undefined ? {} : { image_tail: handOver(lastImage, LEGACY_IMAGE_BYTES) }),
      mode: MODES[size],
      duration: `${request.durationSeconds}`,
      ...(isImage ? {} : { aspect_ratio: request.aspectRatio }),
      ...(names.sound === 'never' ? {} : { sound: sound ? 'on' : 'off' }),
      ...(params.multi_shot ? { multi_shot: true } : {}),
      ...(params.element_ids.length > 0
        ? { element_list: params.element_ids.map((id) => ({ element_id: id })) }
        : {}),
      ...(params.watermark ? { watermark_info: { enabled: true } } : {}),
      external_task_id: attemptId,
      ...(callbackUrl === null ? {} : { callback_url: callbackUrl }),
    },
    notes: isImage ? [SHAPE_NOTE] : [],
  };
}

function toStandard({
  task,
  names,
  params,
  size,
  image,
  lastImage,
  references,
  prompt,
  sound,
}: Order): KlingCreate {
  const { request, attemptId, callbackUrl } = task;
  checkPrompt(prompt, names.maxPrompt);
  const isImage = request.operation === 'image-to-video';
  const contents = [
    { type: 'prompt', text: prompt },
    ...(image === undefined ? [] : [{ type: 'first_frame', url: handOver(image, STANDARD_IMAGE_BYTES) }]),
    ...(lastImage === undefined
      ? []
      : [{ type: 'last_frame', url: handOver(lastImage, STANDARD_IMAGE_BYTES) }]),
    ...references.map((reference) => ({
      type: 'refer_image',
      url: handOver(reference, STANDARD_IMAGE_BYTES),
    })),
    ...params.element_ids.map((id, index) => ({
      ...{ type: 'element', element_id: id, id: `element_${index + 1}` },
    })),
  ];
  const route = names.omni ? 'omni-video' : isImage ? 'image-to-video' : 'text-to-video';
  const choosesSound = names.sound === 'choice' || names.sound === '1080P';
  return {
    generation: 'standard',
    path: `/${route}/${names.standard}`,
    json: {
      ...(route === 'text-to-video' ? { prompt } : { contents }),
      settings: {
        resolution: RESOLUTIONS[size],
        duration: request.durationSeconds,
        ...(isImage ? {} : { aspect_ratio: request.aspectRatio }),
        ...(choosesSound ? { audio: sound ? 'native' : 'off' } : {}),
        ...(names.multiShot ? { multi_shot: params.multi_shot } : {}),
      },
      options: {
        external_task_id: attemptId,
        watermark_info: { enabled: params.watermark },
        ...(callbackUrl === null ? {} : { callback_url: callbackUrl }),
      },
    },
    notes: standardNotes(task, route, params),
  };
}

function standardNotes({ request }: VendorTask, route: string, params: KlingParams): string[] {
  const notes = request.operation === 'image-to-video' ? [SHAPE_NOTE] : [];
  if (request.negativePrompt !== null) {
    notes.push(`${request.model} takes no negative prompt; it was left out.`);
  }
  if (route === 'text-to-video' && params.element_ids.length > 0) {
    notes.push('Subject references need a picture or an omni model; they were left out.');
  }
  return notes;
}

const SHAPE_NOTE = 'The video takes the shape of the picture.';

function checkPrompt(prompt: string, max: number): void {
  if (prompt.length <= max) return;
  throw invalid(`With its style the prompt has ${prompt.length} characters; Kling takes ${max}.`, 'prompt');
}

/** An address where there is one, else the bytes as base64 without a prefix. */
function handOver(input: VendorInput, maxBytes: number): string | InlineFile {
  if (!['image/png', 'image/jpeg'].includes(input.contentType)) {
    throw invalid(`Kling takes JPG and PNG pictures, not ${input.contentType}.`, 'asset_id');
  }
  if (input.sizeBytes > maxBytes) {
    throw invalid(`Kling takes pictures of at most ${maxBytes / MEGABYTE} MB here.`, 'asset_id');
  }
  return input.url ?? new InlineFile(input.sizeBytes, input.open);
}

const invalid = (message: string, field: string): AppError =>
  new AppError('invalid_input', message, { provider: PROVIDER, fields: [{ field, reason: message }] });
const unsupported = (message: string): AppError =>
  new AppError('unsupported_by_model', message, { provider: PROVIDER });
