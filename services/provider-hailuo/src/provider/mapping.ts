import { vendorPrompt } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { InlineFile, type VendorInput, type VendorTask } from '@shotloom/provider-kit';
import { z } from 'zod';
import { PROVIDER } from './errors';
import { modelOf, type HailuoModel } from './models';

/** A create call, ready to be sent. `json` may hold `InlineFile`s. */
export interface HailuoCreate {
  readonly api: 'v1' | 'v2';
  readonly json: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

/** The parameters of the catalogue that the vendor's models have, as a request of any age may carry them. */
export const hailuoParamsSchema = z.strictObject({
  prompt_optimizer: z.boolean().default(true),
  fast_pretreatment: z.boolean().default(false),
  watermark: z.boolean().default(false),
});

const MAX_IMAGE_BYTES = 20 * 1000 * 1000;
const MAX_PROMPT = { v1: 2000, v2: 7000 } as const;
const FORMATS = ['image/jpeg', 'image/png', 'image/webp'];
const SHAPE_NOTE = 'The video takes the shape of the picture.';

interface Order {
  readonly task: VendorTask;
  readonly model: HailuoModel;
  readonly params: z.output<typeof hailuoParamsSchema>;
  readonly prompt: string;
}

/**
 * Our request in MiniMax's words. What to avoid stands at the end of the prompt, since the vendor has no field for it. The same task
 * always gives the same answer. Throws `invalid_input` and `unsupported_by_model`.
 */
export function toCreate(task: VendorTask): HailuoCreate {
  const { request } = task;
  const model = modelOf(request.model);
  if (request.operation === 'video-to-anime') throw unsupported('Hailuo cannot turn a video into anime.');
  const params = hailuoParamsSchema.safeParse(task.params);
  if (!params.success) {
    throw invalid(`The parameters do not fit Hailuo: ${z.prettifyError(params.error)}`, 'params');
  }
  const { prompt } = vendorPrompt(request, 'folded');
  const max = MAX_PROMPT[model.api];
  if (prompt.length > max) {
    const message = `With its style and what to avoid the prompt has ${prompt.length} characters; MiniMax takes ${max}.`;
    throw invalid(message, 'prompt');
  }
  const hasFirst = of(task, 'first_frame').length > 0;
  if (request.operation === 'image-to-video' && !hasFirst) {
    throw invalid('Give the picture that the video begins with.', 'asset_id');
  }
  if (of(task, 'last_frame').length > 0 && !model.lastFrame)
    throw unsupported(`${request.model} takes no last picture.`);
  const order = { task, model, params: params.data, prompt };
  return {
    api: model.api,
    json: model.api === 'v1' ? v1Body(order) : v2Body(order),
    notes: hasFirst ? [SHAPE_NOTE] : [],
  };
}

function v1Body({ task, model, params, prompt }: Order): Record<string, unknown> {
  const { request, callbackUrl } = task;
  const [first] = of(task, 'first_frame');
  const [last] = of(task, 'last_frame');
  if (of(task, 'reference').length > 0) throw unsupported(`${request.model} takes no reference pictures.`);
  return {
    model: model.name,
    prompt,
    prompt_optimizer: params.prompt_optimizer,
    fast_pretreatment: params.fast_pretreatment,
    duration: request.durationSeconds,
    resolution: request.size,
    ...(first === undefined ? {} : { first_frame_image: handOver(first) }),
    ...(last === undefined ? {} : { last_frame_image: handOver(last) }),
    aigc_watermark: params.watermark,
    ...(callbackUrl === null ? {} : { callback_url: callbackUrl }),
  };
}

function v2Body({ task, model, params, prompt }: Order): Record<string, unknown> {
  const { request, callbackUrl } = task;
  const picture = (input: VendorInput, role: string) => ({
    ...{ type: 'image_url', image_url: { url: handOver(input) }, role },
  });
  const frames = [
    ...of(task, 'first_frame').map((input) => picture(input, 'first_frame')),
    ...of(task, 'last_frame').map((input) => picture(input, 'last_frame')),
  ];
  const references = of(task, 'reference').map((input) => picture(input, 'reference_image'));
  if (frames.length > 0 && references.length > 0) {
    throw unsupported(`${request.model} takes a first and last picture, or pictures of subjects, not both.`);
  }
  return {
    model: model.name,
    content: [...(prompt === '' ? [] : [{ type: 'text', text: prompt }]), ...frames, ...references],
    resolution: request.size,
    duration: request.durationSeconds,
    // Frames give the video their shape; the vendor ignores a ratio then.
    ...(frames.length > 0 ? {} : { ratio: request.aspectRatio }),
    aigc_watermark: params.watermark,
    ...(callbackUrl === null ? {} : { callback_url: callbackUrl }),
  };
}

const of = ({ inputs }: VendorTask, role: VendorInput['role']): VendorInput[] =>
  inputs.filter((input) => input.role === role);

/** An address where there is one, else a data URL. */
function handOver({ contentType, sizeBytes, url, open }: VendorInput): string | InlineFile {
  if (!FORMATS.includes(contentType)) {
    throw invalid(`MiniMax takes JPG, PNG and WEBP pictures, not ${contentType}.`, 'asset_id');
  }
  if (sizeBytes >= MAX_IMAGE_BYTES) throw invalid('MiniMax takes pictures below 20 MB.', 'asset_id');
  return url ?? new InlineFile(sizeBytes, open, `data:${contentType};base64,`);
}

const invalid = (message: string, field: string): AppError =>
  new AppError('invalid_input', message, { provider: PROVIDER, fields: [{ field, reason: message }] });
const unsupported = (message: string): AppError =>
  new AppError('unsupported_by_model', message, { provider: PROVIDER });
