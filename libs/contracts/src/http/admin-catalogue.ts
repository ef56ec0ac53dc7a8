import { z } from 'zod';
import { modelSpecSchema } from '../catalogue/model';
import { modelIdSchema } from '../catalogue/vocabulary';
import { reasonSchema } from './admin-people';
import { modelResourceSchema } from './resources';

/** A model without its price, which has a life of its own. */
export const modelWithoutPriceSchema = modelSpecSchema.omit({ price: true });

/** PUT /api/v1/admin/models/{id}: adds a model, or changes one of the release. */
export const saveModelSchema = z
  .strictObject({
    model: modelWithoutPriceSchema,
    valid_from: z.iso.datetime().optional().describe('Now unless given.'),
    reason: reasonSchema,
  })
  .meta({ id: 'SaveModel' });
export type SaveModel = z.infer<typeof saveModelSchema>;

/** POST /api/v1/admin/models/{id}/retire */
export const retireModelSchema = z
  .strictObject({
    retires_on: z.iso.date().describe('From this day on (UTC) it is refused.'),
    successor: modelIdSchema.nullable().optional(),
    reason: reasonSchema,
  })
  .meta({ id: 'RetireModel' });
export type RetireModel = z.infer<typeof retireModelSchema>;

/** POST /api/v1/admin/models/{id}/prices */
export const setPriceSchema = z
  .strictObject({
    price: modelSpecSchema.shape.price.describe(
      'Null: not offered from then on. Each version of a model is used once.',
    ),
    valid_from: z.iso.datetime().optional().describe('Now unless given.'),
    reason: reasonSchema,
  })
  .meta({ id: 'SetPrice' });
export type SetPrice = z.infer<typeof setPriceSchema>;

export const adminModelSchema = z
  .object({
    model: modelResourceSchema.nullable().describe('As it is offered now; null where it begins later.'),
    built_in: z.boolean().describe('Whether the release has it.'),
    history: z
      .array(
        z.object({
          kind: z.enum(['model', 'price']),
          version: z.string().nullable(),
          content: z.unknown(),
          valid_from: z.iso.datetime(),
          created_at: z.iso.datetime(),
          created_by: z.string().nullable(),
        }),
      )
      .describe('What operators have said of it, the newest first; at most 100.'),
  })
  .meta({ id: 'AdminModel' });
export type AdminModel = z.infer<typeof adminModelSchema>;
