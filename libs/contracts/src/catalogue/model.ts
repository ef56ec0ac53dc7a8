import { z } from 'zod';
import { constraintSchema } from './condition';
import { inputsSchema } from './input-limits';
import { paramSpecSchema } from './param-spec';
import { priceSchema, tariffSchema } from './price';
import { aspectRatioSchema, modelIdSchema, operationSchema, paramNameSchema } from './vocabulary';

/** Pixels of one size class at one aspect ratio. */
const pixelsSchema = z.object({ width: z.int().positive(), height: z.int().positive() });

/** Whole seconds: exactly `values` where there are some, else from `min` to `max` in steps of `step`. */
const durationSchema = z
  .object({
    min: z.int().positive(),
    max: z.int().positive(),
    step: z.int().positive(),
    default: z.int().positive(),
    values: z.array(z.int().positive()).min(1).optional(),
  })
  .refine(
    ({ min, max, values }) => values === undefined || (values[0] === min && values.at(-1) === max),
    'The values are in order, from min to max.',
  );

/** What a model can do, what it takes, and what it costs: dated data, not code (product, section 4). */
export const modelSpecSchema = z.object({
  id: modelIdSchema,
  provider: z.string().min(1),
  title: z.string().min(1),
  /** One sentence for people who choose between models. */
  description: z.string(),
  operations: z.array(operationSchema).min(1),
  duration: durationSchema,
  aspect_ratios: z.array(aspectRatioSchema).min(1),
  /** Size class -> aspect ratio -> pixels. Those of `adaptive` say how many there are; the picture gives their shape. */
  sizes: z.record(z.string(), z.record(z.string(), pixelsSchema)),
  default_size: z.string(),
  /** A first frame gives the video its shape, whatever ratio was asked for. */
  follows_picture: z.boolean().default(false),
  prompt: z.object({
    required: z.boolean(),
    /** Characters that the user may write. */
    max_length: z.int().positive(),
    /** Characters that the vendor takes of prompt, style and folded negative prompt together; left out: not limited. */
    max_whole: z.int().positive().optional(),
    /** True for a model that takes no prompt at all. */
    unused: z.boolean().optional(),
  }),
  supports: z.object({
    /** `folded`: the vendor has no field for it, so that it goes into the prompt. */
    negative_prompt: z.union([z.boolean(), z.literal('folded')]),
    seed: z.boolean(),
    strength: z.boolean(),
  }),
  inputs: inputsSchema,
  params: z.record(paramNameSchema, paramSpecSchema).default({}),
  constraints: z.array(constraintSchema).default([]),
  /** A model without a price is refused, never free. */
  price: priceSchema.nullable(),
  /** Null where the vendor's is not known, or there is no vendor. */
  vendor_cost: tariffSchema.nullable().default(null),
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
/** As a vendor's author writes it: what has a default may be left out. */
export type ModelEntry = z.input<typeof modelSpecSchema>;
