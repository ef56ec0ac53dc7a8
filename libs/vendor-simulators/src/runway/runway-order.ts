import { z } from 'zod';
import { isBase64, sizeOf } from '../core/picture-bytes';
import type { SimOrder, SimTaskOf } from '../core/task-book';
import type { RunwayAccount } from './runway-accounts';
import { invalid, RunwayError } from './runway-errors';

/** A create request that passed every check. */
export interface RunwayOrder extends SimOrder {
  readonly model: string;
}
export type RunwayTask = SimTaskOf<RunwayAccount, RunwayOrder>;

export type RunwayRoute = 'image_to_video' | 'text_to_video';

const MAX_TEXT = 1_000;
const MAX_SEED = 2 ** 32 - 1;
const MAX_URL = 2_048;
/** Of the encoded text, not of the file. */
const MAX_DATA_URI = 5 * 1024 * 1024;
const DATA_URI = /^data:image\/(jpeg|jpg|png|webp);base64,/;
const ADDRESS = /^\d+(\.\d+){3}$|^\[/;

const GEN4_RATIOS = ['1280:720', '720:1280', '1104:832', '960:960', '832:1104', '1584:672'] as const;
const VEO_RATIOS = ['1280:720', '720:1280', '1080:1920', '1920:1080'] as const;

const text = z.string().min(1).max(MAX_TEXT);
const seed = z.int().min(0).max(MAX_SEED).optional();
const seconds = z.int().min(2).max(10);
const contentModeration = z
  .strictObject({ publicFigureThreshold: z.enum(['auto', 'low']).optional() })
  .optional();
const imageFor = (positions: readonly ['first'] | readonly ['first', 'last']) =>
  z.union([
    z.string(),
    z
      .array(z.strictObject({ uri: z.string(), position: z.enum(positions) }))
      .min(1)
      .max(positions.length),
  ]);
const veo = {
  ratio: z.enum(VEO_RATIOS),
  audio: z.boolean().default(true),
  duration: z.literal([4, 6, 8]).default(8),
  negativePrompt: z.string().max(MAX_TEXT).optional(),
  seed,
};
const gen45 = {
  model: z.literal('gen4.5'),
  promptText: text,
  duration: seconds,
  outputFormat: z.literal('mp4').optional(),
  ...{ seed, contentModeration },
};

const SCHEMAS = {
  image_to_video: z.discriminatedUnion('model', [
    z.strictObject({ ...gen45, ratio: z.enum(GEN4_RATIOS), promptImage: imageFor(['first']) }),
    z.strictObject({
      model: z.literal('gen4_turbo'),
      promptText: text.optional(),
      duration: seconds.default(10),
      ...{ ratio: z.enum(GEN4_RATIOS), promptImage: imageFor(['first']), seed, contentModeration },
    }),
    z.strictObject({
      model: z.enum(['veo3.1', 'veo3.1_fast']),
      promptText: text.optional(),
      promptImage: imageFor(['first', 'last']),
      ...veo,
    }),
  ]),
  text_to_video: z.discriminatedUnion('model', [
    z.strictObject({ ...gen45, ratio: z.enum(['1280:720', '720:1280']) }),
    z.strictObject({ model: z.enum(['veo3.1', 'veo3.1_fast']), promptText: text, ...veo }),
  ]),
} as const;

/** Credits for a second: silent, and with sound. */
const CREDITS: Readonly<Record<string, readonly [number, number]>> = {
  'gen4.5': [12, 12],
  gen4_turbo: [5, 5],
  'veo3.1': [20, 40],
  'veo3.1_fast': [10, 15],
};

/** Reads a create. `isUploaded`: whether a `runway://` address is there. Throws the vendor's errors. */
export function readOrder(
  route: RunwayRoute,
  json: unknown,
  isUploaded: (uri: string) => boolean,
): RunwayOrder {
  const parsed = SCHEMAS[route].safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path, message }));
    throw new RunwayError(400, undefined, issues);
  }
  const body = parsed.data;
  if ('promptImage' in body) checkImages(body.promptImage, isUploaded);
  const audio = 'audio' in body && body.audio;
  const [width = 1280, height = 720] = body.ratio.split(':').map(Number);
  return {
    ...{ model: body.model, prompt: body.promptText ?? '', externalId: null, callbackUrl: null },
    clip: { width, height, seconds: body.duration, audio },
    units: `${(CREDITS[body.model]?.[audio ? 1 : 0] ?? 0) * body.duration}`,
  };
}

function checkImages(
  value: string | readonly { readonly uri: string; readonly position: string }[],
  isUploaded: (uri: string) => boolean,
): void {
  const images = typeof value === 'string' ? [{ uri: value, position: 'first' }] : value;
  for (const { uri } of images) checkUri(uri, isUploaded);
  const positions = images.map(({ position }) => position);
  if (!positions.includes('first') || new Set(positions).size !== positions.length) {
    throw invalid('promptImage', 'needs one first image');
  }
}

/** An https URL with a domain name, an upload, or a data URI. Addresses are not fetched. */
function checkUri(uri: string, isUploaded: (uri: string) => boolean): void {
  if (uri.startsWith('runway://')) {
    if (!isUploaded(uri)) throw invalid('promptImage', 'the upload does not exist or has expired');
    return;
  }
  const head = DATA_URI.exec(uri)?.[0];
  if (head !== undefined) {
    checkData(uri, uri.slice(head.length), head.includes('webp'));
    return;
  }
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const isFine = url?.protocol === 'https:' && !ADDRESS.test(url.hostname) && uri.length <= MAX_URL;
  if (!isFine) throw invalid('promptImage', 'Invalid asset URL');
}

function checkData(uri: string, base64: string, isWebp: boolean): void {
  if (uri.length > MAX_DATA_URI) throw invalid('promptImage', 'the data URI is larger than 5 MB');
  if (!isBase64(base64)) throw invalid('promptImage', 'is not valid base64');
  const bytes = Buffer.from(base64, 'base64');
  if (sizeOf(bytes) === undefined && !(isWebp && bytes.toString('latin1', 8, 12) === 'WEBP')) {
    throw invalid('promptImage', 'is not an image');
  }
}
