import { z } from 'zod';
import { errorRecordSchema } from '../bus/rpc';
import { ATTEMPT_STATUSES } from '../attempt/state';
import { vendorCostSchema } from '../attempt/vendor-outcome';
import { JOB_CONDITIONS, JOB_STATUSES } from '../job/state';
import { jobLogEntrySchema } from '../rpc/jobs';

const moment = z.iso.datetime();

/** One thing that must be true. `unknown`: what would prove it is not there any more, or not yet; it counts as no fault. */
export const checkSchema = z.object({
  /** Stable, for machines: `one-end`, `event-order` and so on. */
  id: z.string(),
  verdict: z.enum(['ok', 'failed', 'unknown']),
  /** What was found, in a sentence. */
  text: z.string(),
  /** What an operator does about it; null where nothing is wrong. */
  todo: z.string().nullable(),
});
export type Check = z.infer<typeof checkSchema>;

export const auditedJobSchema = z.object({
  userId: z.string(),
  accountId: z.string(),
  status: z.enum(JOB_STATUSES),
  conditions: z.array(z.enum(JOB_CONDITIONS)),
  version: z.int(),
  provider: z.string(),
  model: z.string(),
  /** Models that it may still fall back to, in order. */
  fallback: z.array(z.string()),
  notes: z.array(z.string()),
  priceCredits: z.int(),
  creditsHeld: z.int(),
  creditsCaptured: z.int(),
  /** False for a draft, and for one that ended before it was run. */
  held: z.boolean().default(true),
  attemptsMade: z.int(),
  activeAttemptId: z.string().nullable(),
  assetId: z.string().nullable(),
  lateAssetId: z.string().nullable(),
  error: errorRecordSchema.nullable(),
  createdAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  cancelRequestedAt: moment.nullable(),
  deletedAt: moment.nullable(),
  /** Not given to a provider before this. */
  notBefore: moment,
});
export type AuditedJob = z.infer<typeof auditedJobSchema>;

export const auditedAttemptSchema = z.object({
  attemptId: z.string(),
  number: z.int(),
  provider: z.string(),
  model: z.string(),
  kind: z.enum(['lease', 'poll']),
  status: z.enum(ATTEMPT_STATUSES),
  fence: z.int(),
  /** `<id>@<version>` of the vendor key that the attempt was pinned to. */
  credential: z.string().nullable(),
  externalTaskId: z.string().nullable(),
  vendorTaskId: z.string().nullable(),
  workerId: z.string().nullable(),
  priceCredits: z.int(),
  cost: vendorCostSchema.nullable(),
  createdAt: moment,
  startedAt: moment.nullable(),
  submittedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  dueAt: moment.nullable(),
  deadlineAt: moment,
  hardLimitAt: moment.nullable(),
  /** Seconds that it waited for a worker, that sending it took, and from then to its end or until now. */
  waitedSeconds: z.number().nullable(),
  sendingSeconds: z.number().nullable(),
  makingSeconds: z.number().nullable(),
  resends: z.int(),
  lapses: z.int(),
  linkRefreshes: z.int(),
  error: errorRecordSchema.nullable(),
  timer: z
    .object({
      nextPollAt: moment,
      pollNo: z.int(),
      verb: z.enum(['poll', 'lookup', 'late']),
      misses: z.int(),
    })
    .nullable(),
});
export type AuditedAttempt = z.infer<typeof auditedAttemptSchema>;

export const auditedHoldSchema = z.object({
  state: z.enum(['open', 'captured', 'released']),
  amount: z.int(),
  captured: z.int(),
  createdAt: moment,
  alarmAt: moment,
  /** Each grant that pays for it, with what was set aside and what was taken. */
  lots: z.array(z.object({ lotId: z.string(), reason: z.string(), amount: z.int(), captured: z.int() })),
  movements: z.array(z.object({ kind: z.string(), amount: z.int(), at: moment })),
  resolution: z
    .object({ outcome: z.enum(['captured', 'released']), captured: z.int(), returned: z.int(), at: moment })
    .nullable(),
});
export type AuditedHold = z.infer<typeof auditedHoldSchema>;

export const auditedOutboxSchema = z.object({
  unpublished: z.array(
    z.object({ id: z.string(), type: z.string(), subject: z.string(), ageSeconds: z.number() }),
  ),
  dead: z.array(z.object({ id: z.string(), type: z.string(), subject: z.string(), reason: z.string() })),
  /** False where the backlog was too long to look through. */
  complete: z.boolean(),
});
export type AuditedOutbox = z.infer<typeof auditedOutboxSchema>;

export const auditedEventSchema = z.object({
  seq: z.int(),
  /** When the stream took it, by its clock. */
  at: moment,
  /** The message's own id: the same one twice is one event that was published twice. */
  id: z.string(),
  version: z.int(),
  status: z.enum(JOB_STATUSES),
  /** It tells of a video that came after the job had failed for lateness. */
  late: z.boolean(),
});
export type AuditedEvent = z.infer<typeof auditedEventSchema>;

export const auditedEventsSchema = z.object({
  seen: z.array(auditedEventSchema),
  /** From here on the stream has everything; what is older has been dropped by its age. Null: the stream is empty. */
  keptSince: moment.nullable(),
  /** False where reading stopped at a bound of count or time. */
  complete: z.boolean(),
});
export type AuditedEvents = z.infer<typeof auditedEventsSchema>;

export const auditedDeadLettersSchema = z.object({
  found: z.array(
    z.object({
      seq: z.int(),
      stream: z.string(),
      durable: z.string(),
      type: z.string(),
      reason: z.string(),
      at: moment,
    }),
  ),
  complete: z.boolean(),
});
export type AuditedDeadLetters = z.infer<typeof auditedDeadLettersSchema>;

/** What happened to one job and whether it all adds up, from the database and from the streams. */
export const auditReportSchema = z.object({
  jobId: z.string(),
  at: moment,
  job: auditedJobSchema,
  attempts: z.array(auditedAttemptSchema),
  /** The newest lines, oldest first. */
  log: z.array(jobLogEntrySchema),
  hold: auditedHoldSchema.nullable(),
  outbox: auditedOutboxSchema,
  events: auditedEventsSchema,
  deadLetters: auditedDeadLettersSchema,
  /** What happened, in plain words and in order. */
  story: z.array(z.string()),
  checks: z.array(checkSchema),
  /** No check failed. */
  ok: z.boolean(),
});
export type AuditReport = z.infer<typeof auditReportSchema>;
