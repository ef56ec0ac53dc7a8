import type { PictureLimits } from '../../input-limits';
import type { ModelEntry } from '../../model';
import type { Tariff } from '../../price';
import { classSizes } from '../class-sizes';
import { priceCovering } from '../price-covering';
import { AS_OF, budgetPerSecond } from './tariff';

type Entry = Omit<ModelEntry, 'provider'>;

/** The vendor names no limit of an upload; this is ours. */
const PICTURE: PictureLimits = {
  max_bytes: 10_000_000,
  max_pixels: 50_000_000,
  formats: ['image/jpeg', 'image/png', 'image/webp'],
};

interface Tool {
  /** The vendor's `generate_video_<name>`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Lengths of the model behind the tool. The agent hears them as words. */
  readonly seconds: readonly number[];
  readonly budget: Tariff;
}

/** An agent is asked in words: length, shape and pictures stand in the prompt, and it may do otherwise. */
function agentModel({ name, title, description, seconds, budget }: Tool): Entry {
  const [min = 5] = seconds;
  return {
    ...{ id: `lovart:${name}`, title, description, operations: ['text-to-video', 'image-to-video'] },
    duration: { min, max: seconds.at(-1) ?? min, step: 1, default: min, values: [...seconds] },
    aspect_ratios: ['16:9', '9:16', '1:1'],
    sizes: classSizes({ '720P': 720 }, ['16:9', '9:16', '1:1']),
    default_size: '720P',
    prompt: { required: true, max_length: 2000 },
    supports: { negative_prompt: 'folded', seed: false, strength: false },
    inputs: { image: PICTURE, last_frame: PICTURE, video: null },
    price: priceCovering(budget, AS_OF),
    vendor_cost: budget,
    execution: {
      kind: 'poll',
      resubmit_safe: false,
      // Where the planner begins, until it has learned the model's own.
      usual_seconds: 180,
      longest_wait_seconds: 1_800,
      max_attempts: 2,
    },
    cancel_policy: 'full',
    added_on: AS_OF,
    retires_on: null,
    successor: null,
  };
}

export const models: readonly Entry[] = [
  agentModel({
    name: 'kling_v2_6',
    title: 'Kling 2.6, by the Lovart agent',
    description: 'An agent makes it from words and up to two pictures; 5 or 10 s.',
    seconds: [5, 10],
    budget: budgetPerSecond(20),
  }),
  agentModel({
    name: 'kling_v3',
    title: 'Kling 3, by the Lovart agent',
    description: 'An agent makes it from words and up to two pictures; 5 or 10 s.',
    seconds: [5, 10],
    budget: budgetPerSecond(30),
  }),
  agentModel({
    name: 'seedance_v2_0',
    title: 'Seedance 2.0, by the Lovart agent',
    description: 'An agent makes it from words and up to two pictures; 5 or 10 s.',
    seconds: [5, 10],
    budget: budgetPerSecond(30),
  }),
  agentModel({
    name: 'wan_v2_6',
    title: 'Wan 2.6, by the Lovart agent',
    description: 'An agent makes it from words and up to two pictures; 5 or 10 s.',
    seconds: [5, 10],
    budget: budgetPerSecond(20),
  }),
  agentModel({
    name: 'hailuo_v2_3',
    title: 'Hailuo 2.3, by the Lovart agent',
    description: 'An agent makes it from words and up to two pictures; 6 or 10 s.',
    seconds: [6, 10],
    budget: budgetPerSecond(20),
  }),
  agentModel({
    name: 'veo3_1',
    title: 'Veo 3.1, by the Lovart agent',
    description: 'An agent makes it from words and up to two pictures; 4, 6 or 8 s.',
    seconds: [4, 6, 8],
    budget: budgetPerSecond(40),
  }),
  agentModel({
    name: 'veo3_1_fast',
    title: 'Veo 3.1 Fast, by the Lovart agent',
    description: 'An agent makes it from words and up to two pictures; 4, 6 or 8 s.',
    seconds: [4, 6, 8],
    budget: budgetPerSecond(20),
  }),
];
