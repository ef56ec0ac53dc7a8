import { z } from 'zod';
import { aspectRatioSchema, inputRoleSchema, operationSchema, paramValueSchema } from './vocabulary';

const someRoles = z.array(inputRoleSchema).min(1);

/** Which requests a rate or a rule is about: those of which everything that is said here is true. Strict, since a lost key would widen it. */
export const conditionSchema = z.strictObject({
  operations: z.array(operationSchema).min(1).optional(),
  sizes: z.array(z.string()).min(1).optional(),
  aspect_ratios: z.array(aspectRatioSchema).min(1).optional(),
  /** Seconds, both ends included. */
  duration: z
    .strictObject({ min: z.number().positive().optional(), max: z.number().positive().optional() })
    .optional(),
  /** Name -> the values of which the request has one. A parameter that it does not have matches nothing. */
  params: z.record(z.string(), z.array(paramValueSchema).min(1)).optional(),
  /** Each of these is given. */
  inputs: someRoles.optional(),
  /** None of these is given. */
  without_inputs: someRoles.optional(),
});
export type Condition = z.infer<typeof conditionSchema>;

/** What the model does not do together. `when` it is such a request, it may have `only` these. */
export const constraintSchema = z.strictObject({
  when: conditionSchema,
  only: z.strictObject({
    sizes: z.array(z.string()).min(1).optional(),
    aspect_ratios: z.array(aspectRatioSchema).min(1).optional(),
    /** Whole seconds. */
    durations: z.array(z.int().positive()).min(1).optional(),
    min_duration: z.int().positive().optional(),
    max_duration: z.int().positive().optional(),
    params: z.record(z.string(), z.array(paramValueSchema).min(1)).optional(),
    needs_inputs: someRoles.optional(),
    refuses_inputs: someRoles.optional(),
  }),
  /** The sentence for who breaks it, where ours from the data above would not do. */
  reason: z.string().min(1).optional(),
});
export type Constraint = z.infer<typeof constraintSchema>;
