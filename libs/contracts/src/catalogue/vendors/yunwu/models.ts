import type { Constraint } from '../../condition';
import type { PictureLimits } from '../../input-limits';
import type { ModelEntry } from '../../model';
import { classSizes } from '../class-sizes';

type Entry = Omit<ModelEntry, 'provider'>;

/** The day on which users of the vendor said what is written in this folder; its own documentation was not read. */
const AS_OF = '2026-11-22';

/** The vendor names no limit. Inline they become a third larger, and a body that is too large for it is 413. */
const PICTURE: PictureLimits = {
  max_bytes: 20_000_000,
  max_pixels: 50_000_000,
  formats: ['image/jpeg', 'image/png', 'image/webp'],
};

/** What was seen to come out: smaller than the classes are called. Nobody has told the sides of a square. */
const GROK_SIZES: Entry['sizes'] = {
  '720P': {
    '9:16': { width: 480, height: 848 },
    '16:9': { width: 848, height: 480 },
    '1:1': { width: 480, height: 480 },
  },
  '1080P': {
    '9:16': { width: 832, height: 1504 },
    '16:9': { width: 1504, height: 832 },
    '1:1': { width: 832, height: 832 },
  },
};

const BASE = {
  operations: ['image-to-video', 'text-to-video'],
  follows_picture: true,
  prompt: { required: true, max_length: 2000, max_whole: 4096 },
  supports: { negative_prompt: 'folded', seed: false, strength: false },
  execution: {
    kind: 'poll',
    resubmit_safe: false,
    // One to two minutes, users say. The address of a video may come ten minutes after it is said to be done.
    usual_seconds: 90,
    longest_wait_seconds: 1_800,
    max_attempts: 3,
  },
  // There is no way to cancel: the video is made.
  cancel_policy: 'full',
  added_on: AS_OF,
  retires_on: null,
  successor: null,
  // None is published: without one it is listed, and not sold.
  price: null,
  vendor_cost: null,
} satisfies Partial<Entry>;

/** The model's name says the length. */
const grok = (name: string, title: string, seconds: number): Entry => ({
  ...{ ...BASE, id: `yunwu:${name}`, title },
  description: `With sound, from text or a picture, which gives it its shape; ${seconds} s.`,
  duration: { min: seconds, max: seconds, step: 1, default: seconds },
  aspect_ratios: ['9:16', '16:9', '1:1'],
  sizes: GROK_SIZES,
  default_size: '1080P',
  inputs: { image: PICTURE, video: null },
});

const SUBJECTS_ALONE: Constraint = {
  when: { inputs: ['reference'] },
  only: { refuses_inputs: ['first_frame'], durations: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
};

const imagine = (name: string, title: string): Entry => ({
  ...{ ...BASE, id: `yunwu:${name}`, title },
  description:
    "By xAI's format: from text, a picture, or up to 7 pictures of subjects (then up to 10 s); 1 to 15 s.",
  duration: { min: 1, max: 15, step: 1, default: 8 },
  aspect_ratios: ['16:9', '9:16'],
  sizes: classSizes({ '720P': 720 }, ['16:9', '9:16']),
  default_size: '720P',
  inputs: { image: PICTURE, reference: { ...PICTURE, max_count: 7 }, video: null },
  constraints: [SUBJECTS_ALONE],
});

export const models: readonly Entry[] = [
  grok('grok-video-3', 'Grok Video 3', 6),
  grok('grok-video-3-10s', 'Grok Video 3, 10 s', 10),
  imagine('grok-imagine-video', 'Grok Imagine Video'),
  imagine('grok-imagine-video-1.5-preview', 'Grok Imagine Video 1.5'),
];
