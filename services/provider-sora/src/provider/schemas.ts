import { z } from 'zod';

/** What we read of an answer about a video; everything else is dropped. Other servers leave out more than OpenAI did. */
export const createdSchema = z.object({ id: z.string().min(1) });

/** `GET /v1/videos/{id}`. Times in seconds since 1970; `progress` 0 to 100; `seconds` text, at other servers a number. */
export const videoSchema = z.object({
  id: z.string().min(1),
  status: z.string().min(1),
  progress: z.number().nullish(),
  expires_at: z.number().nullish(),
  seconds: z.union([z.string(), z.number().transform(String)]).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/** OpenAI's error, and FastAPI's. A code is a number at some servers. */
export const errorSchema = z.union([
  z
    .object({
      error: z.object({
        message: z.string(),
        type: z.string().nullish(),
        code: z.union([z.string(), z.number().transform(String)]).nullish(),
      }),
    })
    .transform(({ error }) => ({ message: error.message, code: error.code || error.type || null })),
  z.object({ detail: z.string() }).transform(({ detail }) => ({ message: detail, code: null })),
]);
