import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { jobRecordSchema, videoRequestSchema } from '../job/record';
import { JOB_STATUSES } from '../job/state';

const owned = { userId: z.string(), jobId: z.string() };

/**
 * Accepts one request (one job, or its variants) in one transaction: idempotency key, hold, jobs, outbox. Errors:
 * `insufficient_credits`, `conflict` (the key was used with another body). The ids are made by the caller, so that
 * after a lost answer it can look them up.
 */
export const acceptJobsRpc = defineRpc(
  'rpc.job-orchestrator.accept',
  z.object({
    userId: z.string(),
    accountId: z.string(),
    idempotency: z.object({ route: z.string(), key: z.string(), bodyHash: z.string() }).nullable(),
    request: videoRequestSchema,
    /** Price of one variant in credits, with the version of the price list that it is pinned to. */
    price: z.object({ credits: z.int().nonnegative(), version: z.string() }),
    /** One id a variant, 1 to 5. */
    jobIds: z.array(z.string()).min(1).max(5),
    metadata: z.record(z.string(), z.string()),
    retryOf: z.string().nullable(),
  }),
  z.object({ jobs: z.array(jobRecordSchema), replayed: z.boolean() }),
);

/** Null where there is no such job or it is another user's: the two look the same from outside. */
export const getJobRpc = defineRpc(
  'rpc.job-orchestrator.get',
  z.object(owned),
  z.object({ job: jobRecordSchema.nullable() }),
);

/** Newest first. Times are inclusive lower and exclusive upper bounds of `createdAt`. */
export const listJobsRpc = defineRpc(
  'rpc.job-orchestrator.list',
  z.object({
    userId: z.string(),
    limit: z.int().min(1).max(100),
    cursor: z.string().optional(),
    statuses: z.array(z.enum(JOB_STATUSES)).optional(),
    provider: z.string().optional(),
    createdFrom: z.iso.datetime().optional(),
    createdBefore: z.iso.datetime().optional(),
  }),
  z.object({ jobs: z.array(jobRecordSchema), nextCursor: z.string().nullable() }),
);

/** Errors: `not_found`; `conflict` where the job has ended already. A job being rendered answers `cancelling`. */
export const cancelJobRpc = defineRpc(
  'rpc.job-orchestrator.cancel',
  z.object(owned),
  z.object({ job: jobRecordSchema }),
);

/** Removes the job from sight, cancels it where it runs, and removes its video. Errors: `not_found`. */
export const deleteJobRpc = defineRpc(
  'rpc.job-orchestrator.delete',
  z.object(owned),
  z.object({ deleted: z.literal(true) }),
);
