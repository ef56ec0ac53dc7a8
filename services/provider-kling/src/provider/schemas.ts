import { z } from 'zod';

/** What we read of Kling's answers; everything else is dropped. Ids are strings: as numbers they would lose digits. */
const idSchema = z.string().min(1);
const millisecondsSchema = z.number().nullish();
/** Amounts come as decimal text; a number is read as its text. */
const amountSchema = z.union([z.string(), z.number().transform(String)]);

/** Around every answer of both generations; an error often has no `data`. */
export const envelopeSchema = z.object({
  code: z.union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ]),
  message: z.string().nullish(),
  request_id: z.string().nullish(),
  data: z.unknown().optional(),
});

const videoSchema = z.object({
  url: z.url({ protocol: /^https?$/ }),
  duration: z.union([z.string(), z.number()]).nullish(),
});

/** A task of the old generation: create, query, list and callback. */
export const legacyTaskSchema = z.object({
  task_id: idSchema,
  task_status: z.string(),
  task_status_msg: z.string().nullish(),
  task_info: z.object({ external_task_id: z.string().nullish() }).nullish(),
  task_result: z.object({ videos: z.array(videoSchema).nullish() }).nullish(),
  final_unit_deduction: amountSchema.nullish(),
  updated_at: millisecondsSchema,
});

/** A task of the new generation: create, query and callback. */
export const standardTaskSchema = z.object({
  id: idSchema,
  status: z.string(),
  message: z.string().nullish(),
  external_id: z.string().nullish(),
  outputs: z.array(z.looseObject({ type: z.string() })).nullish(),
  billing: z.array(z.object({ charge_type: z.string(), amount: amountSchema })).nullish(),
  update_time: millisecondsSchema,
});
export const standardVideoSchema = videoSchema;

/** Enough of a task to know whose it is, where the rest cannot be read. */
export const whoseSchema = z.union([
  z
    .object({ id: idSchema, external_id: z.string().nullish() })
    .transform(({ id, external_id }) => ({ id, externalId: external_id })),
  z
    .object({
      task_id: idSchema,
      task_info: z.object({ external_task_id: z.string().nullish() }).nullish().catch(null),
    })
    .transform(({ task_id, task_info }) => ({ id: task_id, externalId: task_info?.external_task_id })),
]);

export const taskListSchema = z.array(z.unknown());

/** `GET /account/costs`. */
export const costsSchema = z.object({
  resource_pack_subscribe_infos: z.array(
    z.object({
      resource_pack_name: z.string(),
      total_quantity: z.number().nullish(),
      remaining_quantity: z.number(),
      invalid_time: millisecondsSchema,
      status: z.string().nullish(),
    }),
  ),
});
