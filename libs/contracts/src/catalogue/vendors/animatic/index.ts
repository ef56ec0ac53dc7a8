import { classSizes } from '../class-sizes';
import { defineVendor } from '../vendor';

export const animatic = defineVendor(
  { id: 'animatic', kind: 'lease', concurrency: 64, requests: null, createsPerMinute: null, poll: null },
  [
    {
      id: 'animatic:animatic-1',
      title: 'Animatic',
      description:
        'Built in: camera moves over a picture, title cards, inked frames. A draft, not a generative model.',
      operations: ['image-to-video', 'text-to-video', 'video-to-anime'],
      duration: { min: 1, max: 15, step: 1, default: 5 },
      aspect_ratios: ['16:9', '9:16', '1:1'],
      sizes: classSizes({ '720P': 720, '1080P': 1080 }, ['16:9', '9:16', '1:1']),
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
    },
  ],
);
