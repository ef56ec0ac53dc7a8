import type { Constraint } from '../../condition';
import type { PictureLimits } from '../../input-limits';
import type { ModelEntry } from '../../model';
import { classSizes } from '../class-sizes';
import { priceCovering } from '../price-covering';
import { fastPretreatment, promptOptimizer, watermark } from './params';
import { AS_OF, perSecond, perVideo } from './tariff';

type Entry = Omit<ModelEntry, 'provider'>;

const SHORTER_SIDES = { '512P': 512, '768P': 768, '1080P': 1080, '2K': 1440 } as const;
type HailuoSize = keyof typeof SHORTER_SIDES;

/** The vendor wants less than 20 MB and more than 300 pixels. */
const PICTURE: PictureLimits = {
  max_bytes: 19_999_999,
  max_pixels: 50_000_000,
  formats: ['image/jpeg', 'image/png', 'image/webp'],
  min_side: 301,
  ratio: { min: 0.4, max: 2.5 },
  fit: 'limits',
};
const SIX_OR_TEN = { min: 6, max: 10, step: 4, default: 6, values: [6, 10] };
const SIX_AT_1080P: Constraint = { when: { sizes: ['1080P'] }, only: { durations: [6] } };

const BASE = {
  default_size: '768P',
  follows_picture: true,
  supports: { negative_prompt: 'folded', seed: false, strength: false },
  execution: {
    kind: 'poll',
    resubmit_safe: false,
    // Where the planner begins, until it has learned the model's own.
    usual_seconds: 150,
    longest_wait_seconds: 600,
    max_attempts: 3,
  },
  // The vendor has no way to cancel: the video is made, and paid for.
  cancel_policy: 'full',
  added_on: AS_OF,
  retires_on: null,
  successor: null,
} satisfies Partial<Entry>;

const sizesOf = (names: readonly HailuoSize[], ratios: Parameters<typeof classSizes>[1]): Entry['sizes'] =>
  classSizes(Object.fromEntries(names.map((name) => [name, SHORTER_SIDES[name]])), ratios);

interface V1Model {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly operations: Entry['operations'];
  readonly prices: Partial<Record<HailuoSize, Readonly<Record<number, number>>>>;
  readonly lastFrame: boolean;
  readonly constraints?: readonly Constraint[];
}

/** v1 knows no ratio: text gives a wide picture, and a first frame its own shape. */
function v1({ name, title, description, operations, prices, lastFrame, constraints = [] }: V1Model): Entry {
  const tariff = perVideo(prices);
  return {
    ...BASE,
    id: `hailuo:${name}`,
    ...{ title, description, operations },
    duration: SIX_OR_TEN,
    aspect_ratios: ['16:9'],
    sizes: sizesOf(Object.keys(prices) as HailuoSize[], ['16:9']),
    prompt: { required: true, max_length: 2000, max_whole: 2000 },
    inputs: { image: PICTURE, last_frame: lastFrame ? PICTURE : null, video: null },
    params: { prompt_optimizer: promptOptimizer, fast_pretreatment: fastPretreatment, watermark },
    constraints: [SIX_AT_1080P, ...constraints],
    price: priceCovering(tariff, AS_OF),
    vendor_cost: tariff,
  };
}

const h3Tariff = perSecond({ '768P': 0.5, '2K': 0.8 }, 0.2);
const H3_RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4', '21:9'] as const;

const h3: Entry = {
  ...BASE,
  id: 'hailuo:h3',
  title: 'MiniMax H3',
  description: 'The newest family; 4 to 15 s, up to 2K, with pictures of subjects.',
  operations: ['image-to-video', 'text-to-video'],
  duration: { min: 4, max: 15, step: 1, default: 5 },
  aspect_ratios: [...H3_RATIOS],
  sizes: sizesOf(['768P', '2K'], H3_RATIOS),
  prompt: { required: true, max_length: 2000, max_whole: 7000 },
  inputs: {
    image: PICTURE,
    last_frame: PICTURE,
    reference: { ...PICTURE, max_count: 9 },
    max_pictures: 9,
    video: null,
  },
  params: { watermark },
  constraints: [{ when: { inputs: ['reference'] }, only: { refuses_inputs: ['first_frame', 'last_frame'] } }],
  price: priceCovering(h3Tariff, AS_OF),
  vendor_cost: h3Tariff,
};

export const models: readonly Entry[] = [
  v1({
    name: 'hailuo-2.3',
    title: 'Hailuo 2.3',
    description: 'Strong motion and faces; 6 s, or 10 s at 768P.',
    operations: ['image-to-video', 'text-to-video'],
    prices: { '768P': { 6: 2, 10: 4 }, '1080P': { 6: 3.5 } },
    lastFrame: false,
  }),
  v1({
    name: 'hailuo-2.3-fast',
    title: 'Hailuo 2.3 Fast',
    description: 'From a picture, faster and for less; 6 s, or 10 s at 768P.',
    operations: ['image-to-video'],
    prices: { '768P': { 6: 1.35, 10: 2.25 }, '1080P': { 6: 2.31 } },
    lastFrame: false,
  }),
  v1({
    name: 'hailuo-02',
    title: 'Hailuo 02',
    description: 'First and last picture; small and inexpensive at 512P; 6 s, or 10 s below 1080P.',
    operations: ['image-to-video', 'text-to-video'],
    prices: { '512P': { 6: 0.6, 10: 1 }, '768P': { 6: 2, 10: 4 }, '1080P': { 6: 3.5 } },
    lastFrame: true,
    constraints: [
      { when: { sizes: ['512P'] }, only: { needs_inputs: ['first_frame'], refuses_inputs: ['last_frame'] } },
    ],
  }),
  h3,
];
