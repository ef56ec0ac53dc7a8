import { z } from 'zod';

/** What we read of the vendor's answers; everything else is dropped. */
const idSchema = z.union([z.string().min(1), z.int().transform(String)]);
/** Empty where there is none yet. */
const addressSchema = z.union([z.url({ protocol: /^https?$/ }), z.literal('')]).nullish();
const textSchema = z.string().nullish().catch(null);
const progressSchema = z.number().nullish().catch(null);

/** `POST /v1/video/create`: the id with its prefix, which the query wants back. */
export const createdSchema = z.object({ id: idSchema }).transform(({ id }) => id);

/** `POST /v1/videos/generations`: where the id stands differs. */
export const xaiCreatedSchema = z
  .object({ request_id: idSchema.nullish(), task_id: idSchema.nullish(), id: idSchema.nullish() })
  .transform(({ request_id, task_id, id }) => request_id ?? task_id ?? id)
  .pipe(z.string());

/** Why a task failed: text, or a code and words. */
const reasonSchema = z
  .union([
    z.string().transform((message) => ({ code: null, message })),
    z.object({ code: idSchema.nullish().catch(null), message: textSchema }),
  ])
  .nullish()
  .catch(null);

/** `GET /v1/video/query`. `progress` is 0 to 100. Its times are in seconds or milliseconds by the model, and not read. */
export const taskSchema = z.object({
  id: idSchema,
  status: z.string().min(1),
  progress: progressSchema,
  video_url: addressSchema,
  error: reasonSchema,
  detail: z.object({ video_url: addressSchema, upsample_video_url: addressSchema }).nullish().catch(null),
});
export type UnifiedTask = z.output<typeof taskSchema>;

/** `GET /v1/videos/{id}`, which has no id and, once there is a video, perhaps no status. `video.duration` in seconds. */
export const xaiTaskSchema = z.object({
  status: z.string().min(1).nullish(),
  progress: progressSchema,
  error: reasonSchema,
  video_url: addressSchema,
  video: z
    .object({
      url: addressSchema,
      duration: z.number().positive().nullish().catch(null),
      respect_moderation: z.boolean().nullish().catch(null),
    })
    .nullish(),
});
export type XaiTask = z.output<typeof xaiTaskSchema>;

const codeSchema = z.union([z.string(), z.number().transform(String)]);
/** An error of what stands before the relay. Of billing it may come as a success. */
const namedErrorSchema = z
  .object({
    error: z.object({ message: z.string(), type: z.string().nullish(), code: codeSchema.nullish() }),
  })
  .transform(({ error: { message, type, code } }) => ({ message, type: type ?? null, code: code ?? null }));
/** One of the relay, which is flat. */
const flatErrorSchema = z
  .object({ code: codeSchema, message: z.string() })
  .transform((error) => ({ ...error, type: null }));
/** Of an answer that is a failure by its status, and of one that is not. */
export const errorSchema = z.union([namedErrorSchema, flatErrorSchema]);
export const errorInSuccessSchema = namedErrorSchema;

const amount = z.number().nonnegative();
/** `GET /v1/dashboard/billing/subscription`. Dollars: what is left and what was used, together. */
export const subscriptionSchema = z.object({ hard_limit_usd: amount });
/** `GET /v1/dashboard/billing/usage`. Cents. */
export const usageSchema = z.object({ total_usage: amount });

/** `GET /api/pricing`, of which no more is known than that each entry names a model. */
export const pricingSchema = z.object({ data: z.array(z.object({ model_name: z.string() })) });
