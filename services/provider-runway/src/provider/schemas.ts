import { z } from 'zod';

/** What we read of Runway's answers; everything else is dropped. */
const addressSchema = z.url({ protocol: /^https?$/ });

/** An error; the HTTP status is its code. */
export const problemSchema = z.object({
  error: z.string(),
  issues: z
    .array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() }))
    .nullish()
    .catch(null),
});

/** `POST /v1/image_to_video`, `POST /v1/text_to_video`. */
export const createdSchema = z.object({ id: z.string().min(1) });

/** `GET /v1/tasks/{id}`. What only shows how it goes may be missing or strange. */
export const taskSchema = z.object({
  id: z.string().min(1),
  status: z.string().min(1),
  progress: z.number().nullish().catch(null),
  output: z.unknown().optional(),
  failure: z.string().nullish().catch(null),
  failureCode: z.string().nullish().catch(null),
  cost: z.object({ credits: z.number().nonnegative() }).nullish().catch(null),
});
export type RunwayTask = z.output<typeof taskSchema>;
export const outputSchema = z.array(addressSchema).min(1);

/** `POST /v1/uploads`: where a file is sent, with what beside it, and how it is called then. */
export const uploadSchema = z.object({
  uploadUrl: addressSchema,
  fields: z.record(z.string(), z.string()),
  runwayUri: z.string().startsWith('runway://'),
});

/** `GET /v1/organization`. */
export const organizationSchema = z.object({ creditBalance: z.number() });

/** `POST /v1/organization/usage`. */
export const usageSchema = z.object({
  results: z.array(z.object({ usedCredits: z.array(z.object({ model: z.string(), amount: z.number() })) })),
});
