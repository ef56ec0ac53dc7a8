import { KLING_MODELS } from './kling-models';
import { modelSpecSchema, type ModelSpec } from './model';

const FULL_SIZES = {
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

const ANIMATIC: ModelSpec = {
  id: 'animatic:animatic-1',
  provider: 'animatic',
  title: 'Animatic',
  description:
    'Built in: camera moves over a picture, title cards, inked frames. A draft, not a generative model.',
  operations: ['image-to-video', 'text-to-video', 'video-to-anime'],
  duration: { min: 1, max: 15, step: 1, default: 5 },
  aspect_ratios: ['16:9', '9:16', '1:1'],
  sizes: FULL_SIZES,
  default_size: '720P',
  prompt: { required: true, max_length: 2000 },
  supports: { negative_prompt: false, seed: true, strength: true },
  inputs: {
    image: { max_bytes: 10 * 1024 * 1024, max_pixels: 50_000_000 },
    video: { max_bytes: 200 * 1024 * 1024, max_seconds: 60 },
  },
  price: { version: '2026-11-01', base: 0, per_second: 1 },
  execution: {
    kind: 'lease',
    resubmit_safe: true,
    usual_seconds: 8,
    longest_wait_seconds: 600,
    max_attempts: 3,
  },
  cancel_policy: 'free',
  added_on: '2026-11-01',
  retires_on: null,
  successor: null,
};

/** Every model that this release knows. Checked when the module loads, so a wrong entry cannot ship. */
export const MODELS: readonly ModelSpec[] = [ANIMATIC, ...KLING_MODELS].map((model) =>
  modelSpecSchema.parse(model),
);
