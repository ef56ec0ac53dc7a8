import { z } from 'zod';
import {
  checkCallbackUrl,
  checkFlag,
  checkPicture,
  checkPrompt,
  clipOf,
  invalid,
  type HailuoOrder,
} from './hailuo-order';

const MAX_TEXT = 7000;
const MAX_PICTURES = 9;
const MAX_CLIPS = 3;
const FREE_REFERENCES = 5;
/** Yuan. */
const PER_SECOND: Readonly<Record<string, number>> = { '768P': 0.5, '2K': 0.8 };
const PER_REFERENCE = 0.2;
const RATIOS = ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'] as const;

const addressSchema = z.object({ url: z.string() });
const contentSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('image_url'),
    image_url: addressSchema,
    role: z.enum(['first_frame', 'last_frame', 'reference_image']),
  }),
  z.object({
    type: z.literal('video_url'),
    video_url: addressSchema,
    role: z.enum(['reference_video', 'base_video']),
  }),
  z.object({ type: z.literal('audio_url'), audio_url: addressSchema, role: z.literal('reference_audio') }),
]);
const bodySchema = z.object({
  model: z.literal('MiniMax-H3'),
  content: z.array(contentSchema).min(1),
  resolution: z.enum(['768P', '2K']).default('768P'),
  duration: z.int().min(4).max(15).default(5),
  ratio: z.enum(RATIOS).optional(),
  callback_url: z.unknown().optional(),
  aigc_watermark: z.unknown().optional(),
});
type Content = z.infer<typeof contentSchema>;

/** Reads `POST /v2/video_generation`. Throws the vendor's errors. */
export function readV2Order(json: unknown): HailuoOrder {
  const parsed = bodySchema.safeParse(json);
  if (!parsed.success) throw invalid(parsed.error.issues[0]?.path.join('.') ?? 'body');
  const { model, content, resolution, duration, ratio, callback_url: url } = parsed.data;
  checkFlag(parsed.data.aigc_watermark, 'aigc_watermark');
  const references = checkContent(content);
  const isTextOnly = content.every(({ type }) => type === 'text');
  if (isTextOnly && (ratio === undefined || ratio === 'adaptive')) throw invalid('ratio is required');
  const text = content.find((part) => part.type === 'text')?.text;
  const shape = ratio === undefined || ratio === 'adaptive' ? '16:9' : ratio;
  const paid = Math.max(0, references - FREE_REFERENCES);
  const yuan = duration * (PER_SECOND[resolution] ?? 0) + paid * PER_REFERENCE;
  return {
    ...{ api: 'v2', model, resolution, ratio: shape, externalId: null },
    prompt: checkPrompt(text, isTextOnly, MAX_TEXT),
    callbackUrl: checkCallbackUrl(url),
    clip: clipOf(resolution, shape, duration),
    units: `${Math.round(yuan * 1000) / 1000}`,
  };
}

/** How many reference pictures there are. */
function checkContent(content: readonly Content[]): number {
  const of = (type: Content['type']): Content[] => content.filter((part) => part.type === type);
  const pictures = content.filter((part) => part.type === 'image_url');
  for (const { image_url, role } of pictures) checkPicture(image_url.url, role);
  if (of('text').length > 1) throw invalid('more than one text');
  const tooMany =
    pictures.length > MAX_PICTURES ||
    of('video_url').length > MAX_CLIPS ||
    of('audio_url').length > MAX_CLIPS;
  if (tooMany) throw invalid('too many references');
  const frames = pictures.filter(({ role }) => role !== 'reference_image').length;
  const clips = of('video_url').length + of('audio_url').length;
  const references = pictures.length - frames;
  if (frames > 0 && references + clips > 0) throw invalid('frames and references exclude each other');
  if (frames > 0 && !pictures.some(({ role }) => role === 'first_frame')) {
    throw invalid('a last frame needs a first one');
  }
  return references;
}
