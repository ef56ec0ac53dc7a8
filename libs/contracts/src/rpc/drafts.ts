import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { jobRecordSchema, jobStateSchema, videoRequestSchema } from '../job/record';
import { acceptJobsRpc, priceSchema } from './jobs';

/** Requests whose variants become drafts by one call; what they say must fit into one message. */
export const MOST_DRAFT_REQUESTS = 50;
/** Jobs that are run, or asked for, by one call. */
export const MOST_JOBS_OF_A_SET = 500;
/** Whole jobs in one answer, which is one message. */
export const MOST_JOBS_READ = 50;

const accept = acceptJobsRpc.request.shape;
const { userId, accountId, idempotency, weight, budgets, limits } = accept;

/**
 * Makes drafts: jobs that hold no credits and are not scheduled until they are run. All in one transaction. Errors: `conflict` where
 * the key was used with another body, or the user has too many drafts already. `jobIds` of an answer that is replayed are those of
 * the first call.
 */
export const createDraftsRpc = defineRpc(
  'rpc.job-orchestrator.create-drafts',
  z.object({
    userId,
    accountId,
    idempotency,
    weight,
    drafts: z
      .array(
        z.object({
          request: videoRequestSchema,
          /** What one of them would cost today; it is priced anew when it is run. */
          price: priceSchema,
          jobIds: accept.jobIds,
          metadata: accept.metadata,
        }),
      )
      .min(1)
      .max(MOST_DRAFT_REQUESTS),
  }),
  z.object({ jobIds: z.array(z.string()), replayed: z.boolean() }),
);

/**
 * Runs drafts of one provider as a set: each becomes queued with its hold at the price that is given here, all in one transaction or
 * none. At most `maxConcurrent` of the set are under way at a time, whatever else the user runs; a place that becomes free goes to the
 * next of the set. Errors: `not_found`, `conflict` where one is no draft any more, `insufficient_credits`, `rate_limited`.
 */
export const runDraftsRpc = defineRpc(
  'rpc.job-orchestrator.run-drafts',
  z.object({
    userId,
    accountId,
    idempotency,
    weight,
    budgets,
    limits,
    /** Made by the caller. */
    setId: z.string(),
    maxConcurrent: z.int().min(1).max(5),
    items: z
      .array(z.object({ jobId: z.string(), price: priceSchema }))
      .min(1)
      .max(MOST_JOBS_OF_A_SET),
  }),
  z.object({ jobIds: z.array(z.string()), replayed: z.boolean() }),
  10_000,
);

/** Jobs by their ids, in that order; those that are not there or another user's are left out. */
export const getJobsRpc = defineRpc(
  'rpc.job-orchestrator.get-many',
  z.object({ userId: z.string(), jobIds: z.array(z.string()).min(1).max(MOST_JOBS_READ) }),
  z.object({ jobs: z.array(jobRecordSchema) }),
);

/** How far jobs are, and nothing else of them; those that are not there or another user's are left out. */
export const jobStatesRpc = defineRpc(
  'rpc.job-orchestrator.states',
  z.object({ userId: z.string(), jobIds: z.array(z.string()).min(1).max(MOST_JOBS_OF_A_SET) }),
  z.object({
    states: z.array(
      jobStateSchema.pick({ jobId: true, status: true, stage: true, progress: true, version: true }),
    ),
  }),
);
