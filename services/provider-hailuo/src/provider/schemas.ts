import { z } from 'zod';

/** What we read of MiniMax's answers; everything else is dropped. An id is text here and a number there: always kept as text. */
const idSchema = z.union([z.string().min(1), z.int().positive().transform(String)]);

export const baseRespSchema = z.object({
  status_code: z.int(),
  status_msg: z.string().nullish(),
});

/** Around every answer of v1, whatever its HTTP status: the code inside decides. */
export const v1EnvelopeSchema = z.looseObject({ base_resp: baseRespSchema });

/** An error of v2; the code stands in brackets at the end of its words. */
export const v2ErrorSchema = z.object({
  error: z.object({ message: z.string(), type: z.string().nullish() }),
  request_id: z.string().nullish(),
});

/** `POST /v{1,2}/video_generation`. */
export const createdSchema = z.object({ task_id: idSchema });

/** `GET /v1/query/video_generation`, and what callbacks of v1 carry. */
export const v1TaskSchema = z.object({
  task_id: idSchema,
  status: z.string().min(1),
  file_id: idSchema.nullish(),
  base_resp: baseRespSchema.nullish(),
});

/** `GET /v1/files/retrieve`. */
export const fileSchema = z.object({
  file: z.object({ download_url: z.url({ protocol: /^https?$/ }) }),
});

/** `GET /v2/query/video_generation/{id}`, and what callbacks of v2 carry. */
export const v2TaskSchema = z.object({
  task: z.object({
    id: idSchema,
    status: z.string().min(1),
    error: z
      .object({
        code: z.union([z.string(), z.number().transform(String)]).nullish(),
        message: z.string().nullish(),
      })
      .nullish(),
    content: z.object({ url: z.url({ protocol: /^https?$/ }).nullish() }).nullish(),
    duration: z.number().nullish(),
  }),
});

/** The vendor asks whether an address is ours. */
export const challengeSchema = z.strictObject({ challenge: z.string().min(1).max(1_000) });
/** Enough of a callback to know which task it is about. */
export const calledBackSchema = z.union([
  z
    .object({ task: z.object({ id: idSchema }) })
    .transform(({ task }) => ({ api: 'v2' as const, id: task.id })),
  z.object({ task_id: idSchema }).transform(({ task_id }) => ({ api: 'v1' as const, id: task_id })),
]);
