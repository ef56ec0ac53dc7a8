import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { JOB_STATUSES } from '../job/state';
import { videoRequestSchema } from '../job/record';
import { acceptJobsRpc, priceSchema, stopAllJobsRpc } from './jobs';

/** Rows of a batch, and videos of all its rows together. */
export const MOST_BATCH_ROWS = 1_000;
export const MOST_BATCH_VIDEOS = 1_000;
/** Rows that are brought by one message. */
export const MOST_ROWS_BROUGHT = 100;

const accept = acceptJobsRpc.request.shape;
const { userId, accountId, idempotency, weight, budgets, limits } = accept;
const own = { userId, batchId: z.string() };

/** One row as it will be accepted, with the ids of its jobs, which the caller makes. */
export const batchOrderSchema = z.object({
  request: videoRequestSchema,
  price: priceSchema,
  jobIds: accept.jobIds,
  metadata: accept.metadata,
  fallback: accept.fallback,
});
export type BatchOrder = z.infer<typeof batchOrderSchema>;

export const batchRecordSchema = z.object({
  batchId: z.string(),
  name: z.string().nullable(),
  rows: z.int().nonnegative(),
  videos: z.int().nonnegative(),
  /** Videos by what their jobs are at. */
  states: z.partialRecord(z.enum(JOB_STATUSES), z.int().nonnegative()),
  /** Of all videos together, 0 to 100; one that has ended, in whatever way, is done. */
  progress: z.int().min(0).max(100),
  /** Credits at the prices of the accept, those that are held now, and those that were charged. */
  priceCredits: z.int().nonnegative(),
  creditsHeld: z.int().nonnegative(),
  creditsCaptured: z.int().nonnegative(),
  createdAt: z.iso.datetime(),
  /** When the last of its jobs ended. */
  finishedAt: z.iso.datetime().nullable(),
});
export type BatchRecord = z.infer<typeof batchRecordSchema>;

export const batchRowRecordSchema = z.object({
  row: z.int().nonnegative(),
  key: z.string().nullable(),
  jobIds: z.array(z.string()),
});

/**
 * Opens a batch, whose rows are brought next. `idempotency` binds its key to the batch: again, the answer is the batch of the first call,
 * whether it was accepted or is still to be. One that is not accepted within an hour is forgotten. Error: `conflict` (another body).
 */
export const openBatchRpc = defineRpc(
  'rpc.job-orchestrator.open-batch',
  z.object({ ...own, accountId, idempotency, name: z.string().nullable() }),
  z.object({ batchId: z.string(), accepted: z.boolean(), replayed: z.boolean() }),
);

/** Brings rows; one that is there already stays as it is. Errors: `not_found`, `conflict` where it was accepted. */
export const bringBatchRowsRpc = defineRpc(
  'rpc.job-orchestrator.bring-batch-rows',
  z.object({
    ...own,
    rows: z
      .array(
        z.object({
          row: z
            .int()
            .min(0)
            .max(MOST_BATCH_ROWS - 1),
          key: z.string().nullable(),
          order: batchOrderSchema,
        }),
      )
      .min(1)
      .max(MOST_ROWS_BROUGHT),
  }),
  z.object({ brought: z.literal(true) }),
);

/**
 * Accepts all rows of a batch in one transaction, or none: where one is refused the batch is forgotten and its key is free again. Again:
 * the same. Errors: `not_found`, `unavailable` where rows are missing, and what refuses an accept.
 */
export const acceptBatchRpc = defineRpc(
  'rpc.job-orchestrator.accept-batch',
  z.object({
    ...own,
    accountId,
    idempotency,
    /** How many there have to be. */
    rows: z.int().min(1).max(MOST_BATCH_ROWS),
    weight,
    budgets,
    limits,
  }),
  z.object({ batch: batchRecordSchema, replayed: z.boolean() }),
  20_000,
);

/** Null where it is not there, another's, or not accepted (yet). */
export const getBatchRpc = defineRpc(
  'rpc.job-orchestrator.get-batch',
  z.object(own),
  z.object({ batch: batchRecordSchema.nullable(), rows: z.array(batchRowRecordSchema) }),
);

/** Newest first. */
export const listBatchesRpc = defineRpc(
  'rpc.job-orchestrator.list-batches',
  z.object({ userId, limit: z.int().min(1).max(50), cursor: z.string().optional() }),
  z.object({ batches: z.array(batchRecordSchema), nextCursor: z.string().nullable() }),
);

/** Cancels what of it has not ended. Error: `not_found`. */
export const cancelBatchRpc = defineRpc(
  'rpc.job-orchestrator.cancel-batch',
  z.object(own),
  stopAllJobsRpc.response,
  15_000,
);
