import { z } from 'zod';
import type { ClipSpec } from '../core/result-media';

/** One model that can be run, with what its schema says of inputs. */
export interface ReplicateModel {
  /** `owner/name`. */
  readonly name: string;
  /**
   * 64 hexadecimal digits: a community model, run by its version and billed by the second of its hardware. Null: an official one, run by
   * its name and billed by its output.
   */
  readonly version: string | null;
  readonly input: z.ZodType<Record<string, unknown>>;
  /** Whether the output is one address or a list of them. */
  readonly output: 'uri' | 'uris';
  readonly clipOf: (input: Readonly<Record<string, unknown>>) => ClipSpec;
  /** US dollars: for each second of hardware, or for a video. */
  readonly price:
    | { readonly perGpuSecond: number }
    | { readonly perVideo: (input: Readonly<Record<string, unknown>>) => number };
}

/** An address that the model can fetch, or a data URL. */
export const uri = z
  .string()
  .refine(
    (text) => /^data:[\w/+.-]+;base64,/.test(text) || (/^https?:\/\//.test(text) && URL.canParse(text)),
    'Does not match format "uri"',
  );
const integer = (min: number, max: number) => z.int().min(min).max(max);
const seed = z.int().optional();

/** Nvidia A40 (Large). */
const A40_PER_SECOND = 0.000725;
const FRAMES: Readonly<Record<string, number>> = { '14_frames_with_svd': 14, '25_frames_with_svd_xt': 25 };

const svdInput = z.strictObject({
  input_image: uri,
  video_length: z.enum(['14_frames_with_svd', '25_frames_with_svd_xt']).default('14_frames_with_svd'),
  sizing_strategy: z
    .enum(['maintain_aspect_ratio', 'crop_to_16_9', 'use_image_dimensions'])
    .default('maintain_aspect_ratio'),
  frames_per_second: integer(5, 30).default(6),
  motion_bucket_id: integer(1, 255).default(127),
  cond_aug: z.number().default(0.02),
  decoding_t: z.int().default(14),
  seed,
});

const wanCommon = {
  prompt: z.string().min(1),
  num_frames: integer(81, 121).default(81),
  resolution: z.enum(['480p', '720p']).default('480p'),
  frames_per_second: integer(5, 30).default(16),
  go_fast: z.boolean().default(true),
  sample_shift: z.number().min(1).max(20).default(12),
  seed,
  disable_safety_checker: z.boolean().default(false),
};
const i2vInput = z.strictObject({ ...wanCommon, image: uri, last_image: uri.optional() });
const t2vInput = z.strictObject({
  ...wanCommon,
  aspect_ratio: z.enum(['16:9', '9:16']).default('16:9'),
  optimize_prompt: z.boolean().default(false),
});

const numberIn = (input: Readonly<Record<string, unknown>>, field: string): number => Number(input[field]);

function wanClip(input: Readonly<Record<string, unknown>>): ClipSpec {
  const [long, short] = input['resolution'] === '720p' ? [1280, 720] : [832, 480];
  const seconds = numberIn(input, 'num_frames') / numberIn(input, 'frames_per_second');
  const isTall = input['aspect_ratio'] === '9:16';
  return { width: isTall ? short : long, height: isTall ? long : short, seconds, audio: false };
}
const bySize = (at480: number, at720: number) => ({
  perVideo: (input: Readonly<Record<string, unknown>>) => (input['resolution'] === '720p' ? at720 : at480),
});

export const REPLICATE_MODELS: readonly ReplicateModel[] = [
  {
    name: 'stability-ai/stable-video-diffusion',
    version: '3f0457e4619daac51203dedb472816fd4af51f3149fa7a9e0b5ffcf1b8172438',
    input: svdInput,
    output: 'uri',
    clipOf: (input) => ({
      ...{ width: 1024, height: 576, audio: false },
      seconds: (FRAMES[String(input['video_length'])] ?? 14) / numberIn(input, 'frames_per_second'),
    }),
    price: { perGpuSecond: A40_PER_SECOND },
  },
  {
    name: 'wan-video/wan-2.2-i2v-fast',
    version: null,
    ...{ input: i2vInput, output: 'uri', clipOf: wanClip, price: bySize(0.05, 0.11) },
  },
  {
    name: 'wan-video/wan-2.2-t2v-fast',
    version: null,
    ...{ input: t2vInput, output: 'uri', clipOf: wanClip, price: bySize(0.05, 0.1) },
  },
];
