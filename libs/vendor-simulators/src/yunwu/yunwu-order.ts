import { z } from 'zod';
import { isBase64, sizeOf } from '../core/picture-bytes';
import type { ClipSpec } from '../core/result-media';
import type { SimOrder, SimTaskOf } from '../core/task-book';
import type { YunwuAccount } from './yunwu-accounts';
import { YunwuError } from './yunwu-errors';

export type YunwuFormat = 'unified' | 'xai';

/** A create request that passed every check, in either format. */
export interface YunwuOrder extends SimOrder {
  readonly format: YunwuFormat;
  readonly model: string;
}
export type YunwuTask = SimTaskOf<YunwuAccount, YunwuOrder>;

/** In a prompt: makes it happen without scripting, for demonstrations. */
const REJECTED_WORD = '[sim:reject]';
const DATA_URI = /^data:image\/(jpeg|jpg|png|webp);base64,/;

/** What grok makes of a size class, by the shorter and longer side. */
const GROK_PIXELS: Readonly<Record<string, readonly [number, number]>> = {
  '720P': [480, 848],
  '1080P': [832, 1504],
};

const prompt = z.string().trim().min(1).max(4_096);
/** All five are required for grok, of all others only the first two. */
const grokSchema = z.object({
  ...{ model: z.string(), prompt, images: z.array(z.string()) },
  aspect_ratio: z.enum(['2:3', '3:2', '1:1', '16:9', '9:16']),
  size: z.enum(['720P', '1080P']),
});
const otherSchema = z.object({
  ...{ model: z.string(), prompt, images: z.array(z.string()).max(3).optional() },
  aspect_ratio: z.enum(['16:9', '9:16', '1:1', '4:3', '3:4', '21:9', '3:2', '2:3']).optional(),
  size: z.string().optional(),
  ...{ enhance_prompt: z.boolean().optional(), enable_upsample: z.boolean().optional() },
  duration: z.number().positive().optional(),
});
const picture = z.strictObject({ url: z.string() });
const xaiSchema = z.object({
  ...{ model: z.string(), prompt, resolution: z.literal('720p') },
  ...{ aspect_ratio: z.enum(['16:9', '9:16']), duration: z.int().min(1).max(15) },
  ...{ image: picture.optional(), reference_images: z.array(picture).min(1).max(7).optional() },
});
/** The upstream makes no longer video of subjects. */
const MAX_REFERENCE_SECONDS = 10;

interface Terms {
  /** Names that are sold, and in which format. */
  readonly models: Readonly<Record<string, YunwuFormat>>;
  readonly unitsPerVideo: number;
}

/** Reads a create. Throws the vendor's errors. */
export function readOrder(format: YunwuFormat, json: unknown, terms: Terms): YunwuOrder {
  const { model } = parse(z.object({ model: z.string().min(1) }), json);
  if (!Object.hasOwn(terms.models, model)) {
    throw new YunwuError(503, `no available channel for model ${model} (无可用渠道)`);
  }
  if (terms.models[model] !== format) throw new YunwuError('invalid_request', `${model}: wrong format`);
  const order = format === 'xai' ? readXai(json) : readUnified(model, json);
  if (order.prompt.includes(REJECTED_WORD)) {
    throw new YunwuError('invalid_request', 'prompt violates the content policy');
  }
  return {
    ...{ ...order, format, model, externalId: null, callbackUrl: null, units: `${terms.unitsPerVideo}` },
  };
}

interface Read {
  readonly prompt: string;
  readonly clip: ClipSpec;
}

function readUnified(model: string, json: unknown): Read {
  const isGrok = model.startsWith('grok-');
  const body = parse(isGrok ? grokSchema : otherSchema, json);
  for (const image of body.images ?? []) checkPicture(image, true);
  const seconds = isGrok
    ? Number(/-(\d+)s$/.exec(model)?.[1] ?? 6)
    : 'duration' in body
      ? (body.duration ?? 8)
      : 8;
  return {
    prompt: body.prompt,
    clip: { ...pixelsOf(body.size, body.aspect_ratio), seconds, audio: true },
  };
}

function readXai(json: unknown): Read {
  const body = parse(xaiSchema, json);
  const { duration: seconds, image, reference_images: references } = body;
  if (image && references) {
    throw new YunwuError('invalid_request', 'image and reference_images cannot be used together');
  }
  if (references && seconds > MAX_REFERENCE_SECONDS) {
    throw new YunwuError('invalid_request', 'duration too long for reference_images');
  }
  for (const { url } of [...(image ? [image] : []), ...(references ?? [])]) checkPicture(url, false);
  const size = body.aspect_ratio === '16:9' ? { width: 1280, height: 720 } : { width: 720, height: 1280 };
  return { prompt: body.prompt, clip: { ...size, seconds, audio: true } };
}

function parse<S extends z.ZodType>(schema: S, json: unknown): z.output<S> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new YunwuError('invalid_request', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}

function pixelsOf(size = '720P', ratio = '16:9'): { width: number; height: number } {
  const [short, long] = GROK_PIXELS[size] ?? [720, 1280];
  const [x = 16, y = 9] = ratio.split(':').map(Number);
  if (x === y) return { width: short, height: short };
  return x > y ? { width: long, height: short } : { width: short, height: long };
}

/** An address, a data URI, and in the unified format base64 alone too. Addresses are not fetched. */
function checkPicture(value: string, takesRaw: boolean): void {
  if (/^https?:\/\//.test(value)) return;
  const head = DATA_URI.exec(value)?.[0];
  if (head === undefined && !takesRaw) throw new YunwuError('invalid_request', 'invalid image url');
  const base64 = value.slice(head?.length ?? 0);
  if (!isBase64(base64)) throw new YunwuError(400);
  const bytes = Buffer.from(base64, 'base64');
  if (sizeOf(bytes) === undefined && bytes.toString('latin1', 8, 12) !== 'WEBP') throw new YunwuError(400);
}
