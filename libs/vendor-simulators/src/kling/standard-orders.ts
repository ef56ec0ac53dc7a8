import { z } from 'zod';
import { checkImage } from './image-check';
import { KlingError } from './kling-errors';
import { allowsSeconds, KLING_MODELS, RESOLUTIONS, type KlingModel } from './kling-models';
import {
  checkCallbackUrl,
  checkExternalId,
  checkLastFrame,
  checkPrompt,
  checkRatio,
  checkResolution,
  checkSound,
  clipAndPrice,
  type KlingOrder,
  type Product,
} from './kling-order';

const MAX_IMAGE_BYTES = 50 * 1024 * 1024;
const MAX_PICTURES = 7;

const settingsSchema = z.object({
  resolution: z.enum(RESOLUTIONS).default('720p'),
  duration: z.int().default(5),
  aspect_ratio: z.string().optional(),
  audio: z.enum(['native', 'off', 'original']).optional(),
  multi_shot: z.boolean().optional(),
});
const optionsSchema = z.object({
  callback_url: z.string().optional(),
  external_task_id: z.string().optional(),
  watermark_info: z.object({ enabled: z.boolean() }).optional(),
});
/** Keys of the other generation are ignored in silence, as the vendor does. */
const bodySchema = z.object({
  prompt: z.string().optional(),
  contents: z.array(z.looseObject({ type: z.string() })).optional(),
  settings: settingsSchema.prefault({}),
  options: optionsSchema.prefault({}),
});
type Contents = NonNullable<z.infer<typeof bodySchema>['contents']>;

const CONTENT_TYPES = [
  'prompt',
  'first_frame',
  'last_frame',
  'refer_image',
  'feature_video',
  'base_video',
  'element',
  'voice',
];

export const STANDARD_PRODUCTS: Readonly<Record<string, Product>> = {
  'text-to-video': 'text2video',
  'image-to-video': 'image2video',
  'omni-video': 'omni-video',
};

/** Reads `POST /{text-to-video,image-to-video,omni-video}/{model}`. Throws the vendor's errors. */
export function readStandardOrder(product: Product, modelName: string, json: unknown): KlingOrder {
  const model = KLING_MODELS.find(
    ({ standardName, omni }) => standardName === modelName && omni === (product === 'omni-video'),
  );
  if (model === undefined) throw new KlingError(1203, `model is not found: ${modelName}`);
  const parsed = bodySchema.safeParse(json);
  if (!parsed.success) {
    throw new KlingError(parsed.error.issues[0]?.path.length === 0 ? 1200 : 1201, firstProblem(parsed.error));
  }
  const { settings, options, prompt, contents = [] } = parsed.data;
  const resolution = checkResolution(model, settings.resolution, 'settings.resolution');
  if (!allowsSeconds(model, settings.duration)) throw new KlingError(1201, 'duration is not supported');
  const sound = checkSound(model, resolution, settings.audio === 'native' || settings.audio === 'original');
  checkContents(model, product, contents, resolution);
  const text = product === 'text2video' ? prompt : contents.find(({ type }) => type === 'prompt')?.['text'];
  const ratio = product === 'image2video' ? '16:9' : checkRatio(settings.aspect_ratio);
  return {
    generation: 'standard',
    product,
    prompt: checkPrompt(text, product !== 'image2video', model.maxPrompt),
    externalId: checkExternalId(options.external_task_id),
    callbackUrl: checkCallbackUrl(options.callback_url),
    ...clipAndPrice(model, resolution, ratio, settings.duration, sound),
  };
}

function checkContents(model: KlingModel, product: Product, contents: Contents, resolution: string): void {
  for (const { type } of contents) {
    if (!CONTENT_TYPES.includes(type)) throw new KlingError(1201, `contents type is invalid: ${type}`);
  }
  const pictures = contents.filter(({ type }) => ['first_frame', 'last_frame', 'refer_image'].includes(type));
  for (const { type, url } of pictures as { type: string; url?: unknown }[]) {
    checkImage(url, { field: `contents.${type}`, maxBytes: MAX_IMAGE_BYTES });
  }
  if (pictures.length > MAX_PICTURES) throw new KlingError(1201, `more than ${MAX_PICTURES} pictures`);
  const hasLast = contents.some(({ type }) => type === 'last_frame');
  checkLastFrame(model, resolution === '1080p' ? '1080p' : '720p', hasLast);
  if (product === 'image2video' && !contents.some(({ type }) => type === 'first_frame')) {
    throw new KlingError(1201, 'contents: a first_frame is required');
  }
}

function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'Invalid parameters' : `${issue.path.join('.')} is invalid: ${issue.message}`;
}
