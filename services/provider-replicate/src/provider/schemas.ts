import { z } from 'zod';

/** What we read of Replicate's answers; everything else is dropped. */
const addressSchema = z.url({ protocol: /^https?$/ });

/** An error; the HTTP status is its code. A throttled call has `detail` alone. */
export const problemSchema = z.object({ detail: z.string().nullish(), title: z.string().nullish() });

/** `POST .../predictions`. */
export const createdSchema = z.object({ id: z.string().min(1) });

/** A prediction as it is asked for, listed and pushed. What only shows how it goes may be missing or strange. */
export const predictionSchema = z.object({
  id: z.string().min(1),
  status: z.string().min(1),
  model: z.string().nullish().catch(null),
  error: z.unknown().optional(),
  logs: z.string().nullish().catch(null),
  data_removed: z.boolean().nullish().catch(null),
  completed_at: z.string().nullish().catch(null),
  metrics: z.object({ predict_time: z.number().nonnegative().nullish() }).nullish().catch(null),
  output: z.unknown().optional(),
});
export type Prediction = z.output<typeof predictionSchema>;

/** The result: one address, or a list of them, as the model likes. */
export const outputSchema = z.union([addressSchema.transform((url) => [url]), z.array(addressSchema).min(1)]);

/** `GET /predictions`: each is read on its own, so that a strange one spoils no other. */
export const listSchema = z.object({ results: z.array(z.unknown()) });

/** `POST /files`. */
export const fileSchema = z.object({ urls: z.object({ get: addressSchema }) });

/** `GET /account`. */
export const accountSchema = z.object({ username: z.string().min(1), type: z.string().nullish() });

/** `GET /webhooks/default/secret`. */
export const webhookSecretSchema = z.object({ key: z.string().min(1) });
