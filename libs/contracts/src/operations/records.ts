import { z } from 'zod';

/** An attempt whose submit got no answer: somebody has to find out whether the vendor has the task. */
export const uncertainAttemptSchema = z.object({
  attemptId: z.string(),
  jobId: z.string(),
  userId: z.string(),
  provider: z.string(),
  model: z.string(),
  /** `<id>@<version>` of the vendor key that it was sent with. */
  credential: z.string().nullable(),
  /** What the vendor was given as our own id: look for it in the vendor's console. */
  externalTaskId: z.string().nullable(),
  startedAt: z.iso.datetime().nullable(),
  ageSeconds: z.number(),
  /** Whether the vendor is still asked for our own id, and how often that gave nothing in a row. */
  lookedUp: z.boolean(),
  misses: z.int(),
  creditsHeld: z.int(),
});
export type UncertainAttempt = z.infer<typeof uncertainAttemptSchema>;

/** What a person found out about it. */
export const uncertainResolutionSchema = z.discriminatedUnion('kind', [
  /** The vendor has no such task: another try is safe. */
  z.object({ kind: z.literal('not_bought') }),
  /** The vendor has it under this id. */
  z.object({ kind: z.literal('found'), vendorTaskId: z.string().min(1).max(200) }),
  /** It cannot be found out: the attempt fails, the user is not charged. */
  z.object({ kind: z.literal('give_up') }),
]);
export type UncertainResolution = z.infer<typeof uncertainResolutionSchema>;

/** A message that was given up; `body` may hold what users wrote and is shown to operators only. */
export const deadLetterSchema = z.object({
  /** In `DEAD`: what a replay takes. */
  seq: z.int(),
  stream: z.string(),
  durable: z.string(),
  subject: z.string(),
  type: z.string(),
  jobId: z.string().nullable(),
  kind: z.string(),
  reason: z.string(),
  deliveries: z.int(),
  at: z.iso.datetime(),
});
export type DeadLetterRecord = z.infer<typeof deadLetterSchema>;
