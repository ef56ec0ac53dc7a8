import type { Constraint } from '../../condition';
import type { PictureLimits } from '../../input-limits';
import type { ModelEntry } from '../../model';
import type { ParamSpec } from '../../param-spec';
import type { Tariff } from '../../price';
import { priceCovering } from '../price-covering';
import { audio, publicFigures } from './params';
import { AS_OF, perSecond, perSecondWithSound } from './tariff';

type Entry = Omit<ModelEntry, 'provider'>;

/** What the vendor takes by address; larger ones could be uploaded, but a frame never needs to be. */
const PICTURE: PictureLimits = {
  max_bytes: 16_000_000,
  max_pixels: 50_000_000,
  formats: ['image/jpeg', 'image/png', 'image/webp'],
  fit: 'limits',
};

/** The vendor's exact words are the pixels: `1104:832` for 4:3. */
const GEN4_SIZES: Entry['sizes'] = {
  '720P': {
    '16:9': { width: 1280, height: 720 },
    '9:16': { width: 720, height: 1280 },
    '4:3': { width: 1104, height: 832 },
    '1:1': { width: 960, height: 960 },
    '3:4': { width: 832, height: 1104 },
    '21:9': { width: 1584, height: 672 },
  },
};
const VEO_SIZES: Entry['sizes'] = {
  '720P': { '16:9': { width: 1280, height: 720 }, '9:16': { width: 720, height: 1280 } },
  '1080P': { '16:9': { width: 1920, height: 1080 }, '9:16': { width: 1080, height: 1920 } },
};
const TWO_TO_TEN = { min: 2, max: 10, step: 1, default: 5 };
const FOUR_SIX_EIGHT = { min: 4, max: 8, step: 2, default: 8, values: [4, 6, 8] };

const BASE = {
  default_size: '720P',
  // UTF-16 units, as JavaScript counts them.
  prompt: { required: true, max_length: 1000, max_whole: 1000 },
  execution: {
    kind: 'poll',
    resubmit_safe: false,
    // Where the planner begins, until it has learned the model's own.
    usual_seconds: 90,
    longest_wait_seconds: 900,
    max_attempts: 3,
  },
  cancel_policy: 'vendor_cost',
  added_on: AS_OF,
  retires_on: null,
  successor: null,
} satisfies Partial<Entry>;

interface Living {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly operations: Entry['operations'];
  readonly tariff: Tariff;
  readonly constraints?: readonly Constraint[];
}

/** Runway's own: no field for what to avoid. */
function gen4(
  { tariff, name, constraints = [], ...words }: Living,
  prompt: Partial<Entry['prompt']> = {},
): Entry {
  return {
    ...{ ...BASE, ...words, id: `runway:${name}`, duration: TWO_TO_TEN, sizes: GEN4_SIZES },
    aspect_ratios: ['16:9', '9:16', '4:3', '1:1', '3:4', '21:9'],
    prompt: { ...BASE.prompt, ...prompt },
    supports: { negative_prompt: 'folded', seed: true, strength: false },
    inputs: { image: PICTURE, video: null },
    params: { public_figures: publicFigures },
    constraints: [...constraints],
    price: priceCovering(tariff, AS_OF),
    vendor_cost: tariff,
  };
}

function veo({ tariff, name, ...words }: Living): Entry {
  const params: Record<string, ParamSpec> = { audio };
  return {
    ...{ ...BASE, ...words, id: `runway:${name}`, duration: FOUR_SIX_EIGHT, sizes: VEO_SIZES },
    aspect_ratios: ['16:9', '9:16'],
    supports: { negative_prompt: true, seed: true, strength: false },
    inputs: { image: PICTURE, last_frame: PICTURE, video: null },
    params,
    constraints: [],
    price: priceCovering(tariff, AS_OF),
    vendor_cost: tariff,
  };
}

/** The vendor names no day: the types of its client had the model in May 2026, and no longer in September. */
const retired = (
  name: string,
  title: string,
  { successor, ...shape }: Pick<Entry, 'duration' | 'aspect_ratios' | 'sizes'> & { successor: string },
): Entry => ({
  ...{ ...BASE, ...shape, id: `runway:${name}`, title, successor },
  description: 'Retired by the vendor.',
  operations: ['image-to-video'],
  supports: { negative_prompt: false, seed: true, strength: false },
  inputs: { image: PICTURE, video: null },
  price: null,
  retires_on: '2026-09-01',
});

const FROM_TEXT: Constraint = {
  when: { operations: ['text-to-video'] },
  only: { aspect_ratios: ['16:9', '9:16'] },
};

export const models: readonly Entry[] = [
  gen4(
    {
      name: 'gen4_turbo',
      title: 'Gen-4 Turbo',
      description: 'From a picture, fast and for less; 2 to 10 s.',
      operations: ['image-to-video'],
      tariff: perSecond(5),
    },
    { required: false },
  ),
  gen4({
    name: 'gen4.5',
    title: 'Gen-4.5',
    description: 'The best of Runway; 2 to 10 s.',
    operations: ['image-to-video', 'text-to-video'],
    tariff: perSecond(12),
    constraints: [FROM_TEXT],
  }),
  veo({
    name: 'veo3.1',
    title: 'Veo 3.1, at Runway',
    description: 'With sound, first and last picture, up to 1080P; 4, 6 or 8 s.',
    operations: ['image-to-video', 'text-to-video'],
    tariff: perSecondWithSound(20, 40),
  }),
  veo({
    name: 'veo3.1_fast',
    title: 'Veo 3.1 Fast, at Runway',
    description: 'The same, faster and for less; 4, 6 or 8 s.',
    operations: ['image-to-video', 'text-to-video'],
    tariff: perSecondWithSound(10, 15),
  }),
  retired('gen3a_turbo', 'Gen-3 Alpha Turbo', {
    duration: { min: 5, max: 10, step: 5, default: 5, values: [5, 10] },
    aspect_ratios: ['16:9', '9:16'],
    sizes: { '720P': { '16:9': { width: 1280, height: 768 }, '9:16': { width: 768, height: 1280 } } },
    successor: 'runway:gen4_turbo',
  }),
  retired('veo3', 'Veo 3, at Runway', {
    duration: { min: 8, max: 8, step: 1, default: 8 },
    aspect_ratios: ['16:9', '9:16'],
    sizes: VEO_SIZES,
    successor: 'runway:veo3.1',
  }),
];
