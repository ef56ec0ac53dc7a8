import type { PictureLimits } from '../../input-limits';
import type { ModelEntry } from '../../model';
import { priceCovering } from '../price-covering';
import { condAug, decodingT, goFast, motionBucketId } from './params';
import { AS_OF, onA40, perVideo } from './tariff';

type Entry = Omit<ModelEntry, 'provider'>;

/** The vendor names no limit but that of an upload, 100 MiB; a picture of this size says as much to any of its models. */
const PICTURE: PictureLimits = {
  max_bytes: 20_000_000,
  max_pixels: 50_000_000,
  formats: ['image/jpeg', 'image/png', 'image/webp'],
  fit: 'limits',
};

const BASE = {
  execution: {
    kind: 'poll',
    resubmit_safe: false,
    // Where the planner begins, until it has learned the model's own. A cold model boots for minutes.
    usual_seconds: 90,
    longest_wait_seconds: 1_200,
    max_attempts: 3,
  },
  cancel_policy: 'vendor_cost',
  added_on: AS_OF,
  retires_on: null,
  successor: null,
} satisfies Partial<Entry>;

/** Seconds of hardware that a video is sold for; the vendor publishes no number. */
const SVD_SECONDS = 180;

interface Svd {
  readonly name: string;
  readonly title: string;
  readonly frames: number;
  /** Frames divided by what the model takes for frames a second, 5 to 30. */
  readonly duration: Entry['duration'];
}

/** Stable Video Diffusion makes a number of frames; their speed gives the length. */
function svd({ name, title, frames, duration }: Svd): Entry {
  const tariff = onA40(SVD_SECONDS);
  return {
    ...BASE,
    id: `replicate:${name}`,
    title,
    description: `Moves a picture, without words; ${frames} frames, slower or faster.`,
    operations: ['image-to-video'],
    duration,
    aspect_ratios: ['16:9', 'adaptive'],
    sizes: { '576P': { '16:9': { width: 1024, height: 576 }, adaptive: { width: 1024, height: 576 } } },
    default_size: '576P',
    prompt: { required: false, max_length: 2000, unused: true },
    supports: { negative_prompt: false, seed: true, strength: false },
    inputs: { image: PICTURE, video: null },
    params: { motion_bucket_id: motionBucketId, cond_aug: condAug, decoding_t: decodingT },
    price: priceCovering(tariff, AS_OF),
    vendor_cost: tariff,
  };
}

const WAN_SIZES = {
  '480P': { wide: { width: 832, height: 480 }, tall: { width: 480, height: 832 } },
  '720P': { wide: { width: 1280, height: 720 }, tall: { width: 720, height: 1280 } },
} as const;
const wanSizes = (ratios: readonly ('16:9' | '9:16')[]): Entry['sizes'] =>
  Object.fromEntries(
    Object.entries(WAN_SIZES).map(([size, { wide, tall }]) => [
      size,
      Object.fromEntries(ratios.map((ratio) => [ratio, ratio === '16:9' ? wide : tall])),
    ]),
  );

interface Wan {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly operations: Entry['operations'];
  readonly ratios: readonly ('16:9' | '9:16')[];
  readonly prices: Readonly<Record<keyof typeof WAN_SIZES, number>>;
  readonly inputs: Entry['inputs'];
}

/** More frames cost more by a rule that is not published, so that the usual five seconds are all that is sold. */
function wan({ name, title, description, operations, ratios, prices, inputs }: Wan): Entry {
  const tariff = perVideo(prices);
  return {
    ...BASE,
    id: `replicate:${name}`,
    ...{ title, description, operations, inputs },
    duration: { min: 5, max: 5, step: 1, default: 5 },
    aspect_ratios: [...ratios],
    sizes: wanSizes(ratios),
    default_size: '480P',
    follows_picture: true,
    prompt: { required: true, max_length: 2000 },
    supports: { negative_prompt: 'folded', seed: true, strength: false },
    params: { go_fast: goFast },
    price: priceCovering(tariff, AS_OF),
    vendor_cost: tariff,
  };
}

export const models: readonly Entry[] = [
  svd({
    name: 'svd-xt',
    title: 'Stable Video Diffusion XT',
    frames: 25,
    duration: { min: 1, max: 5, step: 1, default: 4 },
  }),
  svd({
    name: 'svd',
    title: 'Stable Video Diffusion',
    frames: 14,
    duration: { min: 1, max: 2, step: 1, default: 2 },
  }),
  wan({
    name: 'wan-2.2-i2v-fast',
    title: 'Wan 2.2 Fast, from a picture',
    description: 'Fast and inexpensive, with a last picture if you like; 5 s.',
    operations: ['image-to-video'],
    ratios: ['16:9'],
    prices: { '480P': 0.05, '720P': 0.11 },
    inputs: { image: PICTURE, last_frame: PICTURE, video: null },
  }),
  wan({
    name: 'wan-2.2-t2v-fast',
    title: 'Wan 2.2 Fast, from text',
    description: 'Fast and inexpensive; 5 s.',
    operations: ['text-to-video'],
    ratios: ['16:9', '9:16'],
    prices: { '480P': 0.05, '720P': 0.1 },
    inputs: { image: null, video: null },
  }),
];
