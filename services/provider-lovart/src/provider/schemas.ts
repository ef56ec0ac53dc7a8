import { z } from 'zod';

/** What we read of Lovart's answers; everything else is dropped. */
const addressSchema = z.url({ protocol: /^https?$/ });

/** Around every answer. `code` is 0 for a success. */
export const envelopeSchema = z.object({ code: z.int(), data: z.unknown().optional() });

/** An error: its words under either name; the HTTP status is the code where there is none. */
export const problemSchema = z
  .object({
    code: z.int().nullish().catch(null),
    message: z.string().nullish().catch(null),
    error: z.string().nullish().catch(null),
  })
  .refine(({ message, error }) => typeof (message ?? error) === 'string');

export const projectSchema = z.object({ project_id: z.string().min(1) });
export const validSchema = z.object({ valid: z.boolean() });
export const uploadSchema = z.object({ url: addressSchema });
export const threadSchema = z.object({ thread_id: z.string().min(1) });
export const statusSchema = z.object({ status: z.string().min(1) });
export const modeSchema = z.object({ unlimited: z.boolean() });
export const toolsSchema = z.object({ tools: z.array(z.object({ name: z.string() })) });

/** `GET /chat/result`. */
export const resultSchema = z.object({
  thread_id: z.string().min(1),
  items: z.array(
    z.object({
      text: z.string().nullish(),
      artifacts: z.array(z.object({ type: z.string(), content: z.unknown().optional() })).nullish(),
    }),
  ),
  pending_confirmation: z.object({ estimated_cost: z.number().nonnegative() }).nullish(),
});
export type LovartResult = z.output<typeof resultSchema>;

export const videoAddressSchema = addressSchema;
