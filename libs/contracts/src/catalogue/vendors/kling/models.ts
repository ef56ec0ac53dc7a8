import type { Constraint } from '../../condition';
import type { PictureLimits } from '../../input-limits';
import type { ModelEntry } from '../../model';
import type { ParamSpec } from '../../param-spec';
import { classSizes } from '../class-sizes';
import { priceCovering } from '../price-covering';
import { elementIds, mode, modeConstraints, multiShot, sound, watermark } from './params';
import { AS_OF, klingTariff, type KlingSize, type UnitsBySize } from './tariff';

type Entry = Omit<ModelEntry, 'provider'>;
const SHORTER_SIDES: Readonly<Record<KlingSize, number>> = { '720P': 720, '1080P': 1080, '2160P': 2160 };

/** The stricter of the two generations of the vendor's API, since either may serve a request. */
const PICTURE: PictureLimits = {
  max_bytes: 10 * 1024 * 1024,
  max_pixels: 50_000_000,
  formats: ['image/jpeg', 'image/png'],
  min_side: 300,
  ratio: { min: 0.4, max: 2.5 },
  fit: 'limits',
};
const FIVE_OR_TEN = { min: 5, max: 10, step: 5, default: 5, values: [5, 10] };
const THREE_TO_FIFTEEN = { min: 3, max: 15, step: 1, default: 5 };
const LAST_FRAME_AT_1080P: Constraint = { when: { inputs: ['last_frame'] }, only: { sizes: ['1080P'] } };
const SOUND_AT_1080P: Constraint = { when: { params: { sound: [true] } }, only: { sizes: ['1080P'] } };

const BASE = {
  operations: ['image-to-video', 'text-to-video'],
  aspect_ratios: ['16:9', '9:16', '1:1'],
  default_size: '720P',
  follows_picture: true,
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
} satisfies Partial<Entry>;

interface Living {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly duration: Entry['duration'];
  readonly units: UnitsBySize;
  /** Only the old generation has a field for it. */
  readonly negativePrompt: boolean;
  readonly lastFrame: boolean;
  /** Pictures of subjects; the vendor counts the frames in. */
  readonly references?: number;
  readonly params?: Readonly<Record<string, ParamSpec>>;
  readonly constraints?: readonly Constraint[];
}

function living({ name, title, description, duration, units, ...facts }: Living): Entry {
  const sizes = (Object.keys(SHORTER_SIDES) as KlingSize[]).filter((size) => units[size] !== undefined);
  const tariff = klingTariff(units);
  const { references } = facts;
  return {
    ...BASE,
    id: `kling:${name}`,
    ...{ title, description, duration },
    sizes: classSizes(
      Object.fromEntries(sizes.map((size) => [size, SHORTER_SIDES[size]])),
      BASE.aspect_ratios,
    ),
    prompt: {
      required: true,
      max_length: 2000,
      max_whole: facts.negativePrompt || name === 'kling-o1' ? 2500 : 3072,
    },
    supports: { negative_prompt: facts.negativePrompt, seed: false, strength: false },
    inputs: {
      image: PICTURE,
      last_frame: facts.lastFrame ? PICTURE : null,
      ...(references !== undefined && {
        reference: { ...PICTURE, max_count: references },
        max_pictures: references,
      }),
      video: null,
    },
    params: { mode: mode(sizes), ...facts.params, watermark },
    constraints: [...modeConstraints(sizes), ...(facts.constraints ?? [])],
    price: priceCovering(tariff, AS_OF),
    vendor_cost: tariff,
  };
}

/** `retiresOn`: the day that the vendor named, or on which its documentation no longer had the model. */
const retired = (name: string, title: string, retiresOn: string, successor: string): Entry => ({
  ...BASE,
  id: `kling:${name}`,
  title,
  description: 'Retired by the vendor.',
  duration: FIVE_OR_TEN,
  sizes: classSizes({ '720P': 720, '1080P': 1080 }, BASE.aspect_ratios),
  prompt: { required: true, max_length: 2000 },
  supports: { negative_prompt: false, seed: false, strength: false },
  inputs: { image: PICTURE, video: null },
  price: null,
  retires_on: retiresOn,
  successor,
});

const NEAREST = 'kling:kling-2.6';

export const models: readonly Entry[] = [
  living({
    name: 'kling-2.6',
    title: 'Kling 2.6',
    description: 'A good balance of price and motion; 5 or 10 s.',
    duration: FIVE_OR_TEN,
    units: { '720P': [0.3, null], '1080P': [0.5, 1.0] },
    negativePrompt: true,
    lastFrame: true,
    params: { sound },
    constraints: [SOUND_AT_1080P, LAST_FRAME_AT_1080P],
  }),
  living({
    name: 'kling-2.5-turbo',
    title: 'Kling 2.5 Turbo',
    description: 'Fast and inexpensive; 5 or 10 s.',
    duration: FIVE_OR_TEN,
    units: { '720P': [0.3, null], '1080P': [0.5, null] },
    negativePrompt: true,
    lastFrame: true,
    constraints: [LAST_FRAME_AT_1080P],
  }),
  living({
    name: 'kling-3.0',
    title: 'Kling 3.0',
    description: 'The newest family; 3 to 15 s.',
    duration: THREE_TO_FIFTEEN,
    units: { '720P': [0.6, 0.9], '1080P': [0.8, 1.2], '2160P': [3.0, null] },
    negativePrompt: true,
    lastFrame: true,
    params: { sound, multi_shot: multiShot, element_ids: elementIds },
    // What 2160P with sound costs is not documented, so that it cannot be sold.
    constraints: [{ when: { sizes: ['2160P'] }, only: { params: { sound: [false] } } }],
  }),
  living({
    name: 'kling-3.0-turbo',
    title: 'Kling 3.0 Turbo',
    description: 'The newest family, fast, always with sound; 3 to 15 s.',
    duration: THREE_TO_FIFTEEN,
    units: { '720P': [0.8, null], '1080P': [1.0, null] },
    negativePrompt: false,
    lastFrame: false,
    params: { multi_shot: multiShot },
  }),
  living({
    name: 'kling-3.0-omni',
    title: 'Kling 3.0 Omni',
    description: 'Follows pictures and subjects closely; 3 to 15 s.',
    duration: THREE_TO_FIFTEEN,
    units: { '720P': [0.6, 0.8], '1080P': [0.8, 1.0] },
    negativePrompt: false,
    lastFrame: true,
    references: 7,
    params: { sound, multi_shot: multiShot, element_ids: elementIds },
  }),
  living({
    name: 'kling-o1',
    title: 'Kling O1',
    description: 'The first of the omni family; 3 to 10 s.',
    duration: { ...THREE_TO_FIFTEEN, max: 10 },
    units: { '720P': [0.6, null], '1080P': [0.8, null] },
    negativePrompt: false,
    lastFrame: true,
    references: 7,
    params: { element_ids: elementIds },
  }),
  retired('kling-v1', 'Kling 1.0', '2026-09-20', NEAREST),
  retired('kling-v1-5', 'Kling 1.5', '2026-09-20', NEAREST),
  retired('kling-v1-6', 'Kling 1.6', '2026-09-15', NEAREST),
  retired('kling-v2-master', 'Kling 2.0 Master', '2026-09-20', 'kling:kling-3.0'),
  retired('kling-v2-1', 'Kling 2.1', '2026-09-15', NEAREST),
  retired('kling-v2-1-master', 'Kling 2.1 Master', '2026-09-20', 'kling:kling-3.0'),
];
