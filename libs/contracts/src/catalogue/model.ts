import { z } from 'zod';

export const OPERATIONS = ['image-to-video', 'text-to-video', 'video-to-anime'] as const;
export type Operation = (typeof OPERATIONS)[number];
export const operationSchema = z.enum(OPERATIONS);

export const ASPECT_RATIOS = ['16:9', '9:16', '1:1'] as const;
export const aspectRatioSchema = z.enum(ASPECT_RATIOS);
export type AspectRatio = z.infer<typeof aspectRatioSchema>;

/** `provider:model`, for example `animatic:animatic-1`. */
export const modelIdSchema = z
  .string()
  .max(120)
  .regex(/^[a-z0-9-]+:[a-z0-9._/-]+$/i, 'must look like provider:model');

/** Pixels of one size class at one aspect ratio. */
const pixelsSchema = z.object({ width: z.int().positive(), height: z.int().positive() });

/** What a model can do, what it takes, and what it costs: dated data, not code (product, section 4). */
export const modelSpecSchema = z.object({
  id: modelIdSchema,
  provider: z.string().min(1),
  title: z.string().min(1),
  /** One sentence for people who choose between models. */
  description: z.string(),
  operations: z.array(operationSchema).min(1),
  /** Whole seconds, from `min` to `max` in steps of `step`. */
  duration: z.object({
    min: z.int().positive(),
    max: z.int().positive(),
    step: z.int().positive(),
    default: z.int().positive(),
  }),
  aspect_ratios: z.array(aspectRatioSchema).min(1),
  /** Size class -> aspect ratio -> pixels. */
  sizes: z.record(z.string(), z.record(z.string(), pixelsSchema)),
  default_size: z.string(),
  prompt: z.object({ required: z.boolean(), max_length: z.int().positive() }),
  supports: z.object({ negative_prompt: z.boolean(), seed: z.boolean(), strength: z.boolean() }),
  inputs: z.object({
    image: z.object({ max_bytes: z.int().positive(), max_pixels: z.int().positive() }).nullable(),
    video: z.object({ max_bytes: z.int().positive(), max_seconds: z.number().positive() }).nullable(),
  }),
  /** Whole credits: `base + per_second * duration`. A model without a price is refused, never free. */
  price: z
    .object({ version: z.string().min(1), base: z.int().nonnegative(), per_second: z.int().nonnegative() })
    .nullable(),
  /** `lease`: rendered in our own worker; `poll`: a vendor that is asked until it is done. Seconds. */
  execution: z.object({
    kind: z.enum(['lease', 'poll']),
    resubmit_safe: z.boolean(),
    usual_seconds: z.number().positive(),
    longest_wait_seconds: z.number().positive(),
    max_attempts: z.int().positive(),
  }),
  cancel_policy: z.enum(['free', 'vendor_cost', 'full']),
  added_on: z.iso.date(),
  retires_on: z.iso.date().nullable(),
  /** The nearest living model, for those who ask for a retired one. */
  successor: modelIdSchema.nullable(),
});
export type ModelSpec = z.infer<typeof modelSpecSchema>;
