import { z } from 'zod';
import { conditionSchema } from './condition';
import { inputRoleSchema } from './vocabulary';

const roles = z.array(inputRoleSchema).min(1);
const credits = z.int().nonnegative();
/** Of the vendor's unit, as the vendor writes it. */
const units = z.number().nonnegative();

/**
 * Whole credits: `base + per_second * duration` of the first rate that is about the request, else of the price itself, and what its
 * inputs cost. Both numbers of a rate are written out: nothing is free by leaving it out.
 */
export const priceSchema = z.object({
  version: z.string().min(1),
  base: credits,
  per_second: credits,
  rates: z.array(z.strictObject({ when: conditionSchema, base: credits, per_second: credits })).optional(),
  /** For every input of these roles beyond the first `after`. */
  per_input: z.array(z.strictObject({ roles, after: z.int().nonnegative(), amount: credits })).optional(),
});
export type Price = z.infer<typeof priceSchema>;

/** What the vendor takes for a video, as it said on `as_of`. Reckoned like the price, in the vendor's own units. */
export const tariffSchema = z.object({
  as_of: z.iso.date(),
  /** The word by which the adapter reports costs in it, for example `kling_unit`, `usd` or `cny`. */
  unit: z.string().min(1),
  /** Micro-dollars (a millionth of a US dollar) for one unit. */
  micro_usd_per_unit: z.int().positive(),
  base: units,
  per_second: units,
  rates: z.array(z.strictObject({ when: conditionSchema, base: units, per_second: units })).optional(),
  per_input: z.array(z.strictObject({ roles, after: z.int().nonnegative(), amount: units })).optional(),
});
export type Tariff = z.infer<typeof tariffSchema>;
