import { z } from 'zod';

const words = {
  /** For the label of a form. */
  title: z.string().min(1).optional(),
  /** One sentence for people who choose a value. */
  description: z.string().min(1),
};
const numeric = { min: z.number(), max: z.number(), default: z.number().nullable() };

/** One parameter of a model. `default` null: it is left out unless it is given, and the vendor does as it likes. */
export const paramSpecSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('boolean'), default: z.boolean().nullable(), ...words }),
    z.object({ type: z.literal('integer'), ...numeric, ...words }),
    z.object({ type: z.literal('number'), ...numeric, ...words }),
    z.object({
      type: z.literal('string'),
      max_length: z.int().positive(),
      default: z.string().nullable(),
      ...words,
    }),
    z.object({
      type: z.literal('enum'),
      values: z.array(z.string()).min(1),
      default: z.string().nullable(),
      ...words,
    }),
  ])
  .refine((spec) => {
    if (spec.type === 'enum') return spec.default === null || spec.values.includes(spec.default);
    if (spec.type === 'integer' || spec.type === 'number')
      return (
        spec.min <= spec.max &&
        (spec.default === null || (spec.default >= spec.min && spec.default <= spec.max))
      );
    return true;
  }, 'The default is not among what the parameter takes.');
export type ParamSpec = z.infer<typeof paramSpecSchema>;
