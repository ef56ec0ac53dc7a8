import type { PictureLimits } from '../../input-limits';
import type { ModelEntry } from '../../model';
import { classSizes } from '../class-sizes';
import { AS_OF, OPENAI_ENDED, OWN_SERVER, SORA_2, SORA_2_PRO } from './tariff';

type Entry = Omit<ModelEntry, 'provider'>;

/** A picture must have the very pixels of the video: we cut it to them. What is below is what we can read. */
const PICTURE: PictureLimits = {
  max_bytes: 20_000_000,
  max_pixels: 50_000_000,
  formats: ['image/jpeg', 'image/png', 'image/webp'],
  fit: 'frame',
};

const BASE = {
  operations: ['image-to-video', 'text-to-video'],
  duration: { min: 4, max: 12, step: 4, default: 8, values: [4, 8, 12] },
  aspect_ratios: ['16:9', '9:16'],
  // The Pro also had larger ones, of which no price was published.
  sizes: classSizes({ '720P': 720 }, ['16:9', '9:16']),
  default_size: '720P',
  prompt: { required: true, max_length: 2000 },
  supports: { negative_prompt: 'folded', seed: false, strength: false },
  inputs: { image: PICTURE, video: null },
  execution: {
    kind: 'poll',
    resubmit_safe: false,
    usual_seconds: 120,
    longest_wait_seconds: 1_200,
    max_attempts: 3,
  },
  // The protocol has no way to cancel: the video is made.
  cancel_policy: 'full',
  added_on: AS_OF,
  retires_on: null,
  successor: null,
} satisfies Partial<Entry>;

/** A dated model of OpenAI's own, kept so that who asks for it is told what there is instead. */
const ended = (name: string, title: string, successor: string): Entry => ({
  ...BASE,
  id: `sora:${name}`,
  title,
  description: `OpenAI ended its Videos API on ${OPENAI_ENDED}; other servers of its protocol have the model without a date.`,
  price: null,
  retires_on: OPENAI_ENDED,
  successor: `sora:${successor}`,
});

export const models: readonly Entry[] = [
  {
    ...BASE,
    id: 'sora:sora-2',
    title: 'Sora 2',
    description: "By the operator's own server of the OpenAI Videos protocol; 4, 8 or 12 s with sound.",
    price: SORA_2,
    vendor_cost: OWN_SERVER,
  },
  {
    ...BASE,
    id: 'sora:sora-2-pro',
    title: 'Sora 2 Pro',
    description: "Finer and dearer, by the operator's own server of the OpenAI Videos protocol.",
    price: SORA_2_PRO,
    vendor_cost: OWN_SERVER,
  },
  {
    ...ended('sora-1', 'Sora 1 (OpenAI)', 'sora-2'),
    description: 'Older products offer it by this name; the OpenAI Videos protocol has no such model.',
  },
  ended('sora-2-2025-10-06', 'Sora 2 of October 2025 (OpenAI)', 'sora-2'),
  ended('sora-2-2025-12-08', 'Sora 2 of December 2025 (OpenAI)', 'sora-2'),
  ended('sora-2-pro-2025-10-06', 'Sora 2 Pro of October 2025 (OpenAI)', 'sora-2-pro'),
];
