import { modelSpecSchema, type ModelSpec } from './model';

/** What Kling takes for a second of video, in its own units, as its documentation said on `AS_OF`. */
export interface KlingVendorPrice {
  readonly model: string;
  readonly size: '720P' | '1080P';
  readonly unitsPerSecond: number;
  /** Null where the model makes no sound at this size, or always makes it. */
  readonly unitsPerSecondWithSound: number | null;
}

const AS_OF = '2026-11-22';
/** A unit is 0.14 US dollars outside China, and a credit is 0.01: so many credits cover a unit. */
export const CREDITS_PER_KLING_UNIT = 14;

const price = (
  model: string,
  size: KlingVendorPrice['size'],
  unitsPerSecond: number,
  unitsPerSecondWithSound: number | null = null,
): KlingVendorPrice => ({ model, size, unitsPerSecond, unitsPerSecondWithSound });

export const KLING_VENDOR_PRICES: readonly KlingVendorPrice[] = [
  price('kling:kling-3.0-turbo', '720P', 0.8),
  price('kling:kling-3.0-turbo', '1080P', 1.0),
  price('kling:kling-3.0', '720P', 0.6, 0.9),
  price('kling:kling-3.0', '1080P', 0.8, 1.2),
  price('kling:kling-3.0-omni', '720P', 0.6, 0.8),
  price('kling:kling-3.0-omni', '1080P', 0.8, 1.0),
  price('kling:kling-o1', '720P', 0.6),
  price('kling:kling-o1', '1080P', 0.8),
  price('kling:kling-2.6', '720P', 0.3),
  price('kling:kling-2.6', '1080P', 0.5, 1.0),
  price('kling:kling-2.5-turbo', '720P', 0.3),
  price('kling:kling-2.5-turbo', '1080P', 0.5),
];

/** Nominal: the vendor sells classes, and the finished job shows what was delivered. */
const SIZES = {
  '720P': {
    '16:9': { width: 1280, height: 720 },
    '9:16': { width: 720, height: 1280 },
    '1:1': { width: 720, height: 720 },
  },
  '1080P': {
    '16:9': { width: 1920, height: 1080 },
    '9:16': { width: 1080, height: 1920 },
    '1:1': { width: 1080, height: 1080 },
  },
};

/**
 * Whole credits a second at the dearest size, without sound, rounded up: a price has no size yet, and must never be below the
 * vendor's. Sound and 4K are not offered before a price can tell them apart.
 */
function perSecond(model: string): number {
  const units = KLING_VENDOR_PRICES.filter((row) => row.model === model).map((row) => row.unitsPerSecond);
  // In thousandths, since 0.7 times 10 is not 7 everywhere.
  return Math.ceil(Math.round(Math.max(...units) * CREDITS_PER_KLING_UNIT * 1000) / 1000);
}

const BASE: Omit<ModelSpec, 'id' | 'title' | 'description' | 'duration' | 'price'> = {
  provider: 'kling',
  operations: ['image-to-video', 'text-to-video'],
  aspect_ratios: ['16:9', '9:16', '1:1'],
  sizes: SIZES,
  default_size: '720P',
  prompt: { required: true, max_length: 2000 },
  supports: { negative_prompt: false, seed: false, strength: false },
  inputs: { image: { max_bytes: 10 * 1024 * 1024, max_pixels: 50_000_000 }, video: null },
  execution: {
    kind: 'poll',
    resubmit_safe: false,
    // Where the planner begins, until it has learned the model's own.
    usual_seconds: 120,
    longest_wait_seconds: 600,
    max_attempts: 3,
  },
  // Kling has no way to cancel: the video is made, and paid for.
  cancel_policy: 'full',
  added_on: AS_OF,
  retires_on: null,
  successor: null,
};

const FIVE_OR_TEN = { min: 5, max: 10, step: 5, default: 5 };
const THREE_TO_FIFTEEN = { min: 3, max: 15, step: 1, default: 5 };

const living = (
  name: string,
  title: string,
  description: string,
  duration: ModelSpec['duration'],
  negativePrompt: boolean,
): ModelSpec => ({
  ...BASE,
  id: `kling:${name}`,
  ...{ title, description, duration },
  supports: { ...BASE.supports, negative_prompt: negativePrompt },
  price: { version: AS_OF, base: 0, per_second: perSecond(`kling:${name}`) },
});

/** `retiresOn`: the day that the vendor named, or on which its documentation no longer had the model. */
const retired = (name: string, title: string, retiresOn: string, successor: string): ModelSpec => ({
  ...BASE,
  id: `kling:${name}`,
  title,
  description: 'Retired by the vendor.',
  duration: FIVE_OR_TEN,
  price: null,
  retires_on: retiresOn,
  successor,
});

const NEAREST = 'kling:kling-2.6';

/** Kling's models, the first being what a request without a model gets. A negative prompt needs the old generation of the API. */
export const KLING_MODELS: readonly ModelSpec[] = [
  living('kling-2.6', 'Kling 2.6', 'A good balance of price and motion; 5 or 10 s.', FIVE_OR_TEN, true),
  living('kling-2.5-turbo', 'Kling 2.5 Turbo', 'Fast and inexpensive; 5 or 10 s.', FIVE_OR_TEN, true),
  living('kling-3.0', 'Kling 3.0', 'The newest family; 3 to 15 s.', THREE_TO_FIFTEEN, true),
  living(
    'kling-3.0-turbo',
    'Kling 3.0 Turbo',
    'The newest family, fast, always with sound; 3 to 15 s.',
    THREE_TO_FIFTEEN,
    false,
  ),
  living(
    'kling-3.0-omni',
    'Kling 3.0 Omni',
    'Follows pictures and subjects closely; 3 to 15 s.',
    THREE_TO_FIFTEEN,
    false,
  ),
  living(
    'kling-o1',
    'Kling O1',
    'The first of the omni family; 3 to 10 s.',
    { ...THREE_TO_FIFTEEN, max: 10 },
    false,
  ),
  retired('kling-v1', 'Kling 1.0', '2026-09-20', NEAREST),
  retired('kling-v1-5', 'Kling 1.5', '2026-09-20', NEAREST),
  retired('kling-v1-6', 'Kling 1.6', '2026-09-15', NEAREST),
  retired('kling-v2-master', 'Kling 2.0 Master', '2026-09-20', 'kling:kling-3.0'),
  retired('kling-v2-1', 'Kling 2.1', '2026-09-15', NEAREST),
  retired('kling-v2-1-master', 'Kling 2.1 Master', '2026-09-20', 'kling:kling-3.0'),
].map((model) => modelSpecSchema.parse(model));
