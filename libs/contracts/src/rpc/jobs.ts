import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { jobRecordSchema, videoRequestSchema } from '../job/record';
import { JOB_STATUSES } from '../job/state';

const owned = { userId: z.string(), jobId: z.string() };
/**
 * Credits of one video, with the version of the price list that it is pinned to. `ownKey`: it runs on a key of the user's own and on no
 * other, so the credits are the platform's fee; without it, it runs on the operator's keys only.
 */
export const priceSchema = z.object({
  credits: z.int().nonnegative(),
  version: z.string(),
  ownKey: z.boolean().optional(),
});

/**
 * Accepts one request (one job, or its variants) in one transaction: idempotency key, hold, jobs, outbox. Errors:
 * `insufficient_credits`, `rate_limited`, `conflict` (the key was used with another body). The ids are made by the caller, so that
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
    price: priceSchema,
    /** One id a variant, 1 to 5. */
    jobIds: z.array(z.string()).min(1).max(5),
    metadata: z.record(z.string(), z.string()),
    /** A finished job of the same user that this one repeats. Error: `conflict` where that one has not ended. */
    retryOf: z.string().nullable(),
    /** Models to try next, in order, each with its own resolved request and price; the hold is the dearest of the chain. */
    fallback: z
      .array(z.object({ request: videoRequestSchema, price: priceSchema }))
      .max(5)
      .default([]),
    /** What the hold counts against: a key's month, a member's share. */
    budgets: z
      .array(z.object({ key: z.string().max(200), period: z.string().max(40), limit: z.int().nonnegative() }))
      .max(4)
      .default([]),
    /** 1 to 8, a bounded weight in the fair share between users; the plan gives it. */
    weight: z.number().min(1).max(8).default(1),
    /** What the user's plan allows; null is no limit of the plan. */
    limits: z
      .object({
        /** Attempts in flight over all providers. */
        concurrency: z.int().positive().nullable(),
        /** Attempts in flight at one provider; the operator's own setting for the provider holds besides. */
        perProvider: z.int().min(1).max(5).nullable(),
        /** Jobs that may be started within an hour. Error: `rate_limited`, with the time after which there is room again. */
        generationsPerHour: z.int().positive().nullable(),
        /** The plan's own, before `priority` lowered it. */
        weight: z.number().min(1).max(8).optional(),
        planId: z.string().optional(),
        /** Grow with each change of which plan the account has, and of the plan: what was read before does not undo what was told after. */
        accountVersion: z.int().nonnegative().default(0),
        version: z.int().nonnegative().default(0),
      })
      .default({
        concurrency: null,
        perProvider: null,
        generationsPerHour: null,
        accountVersion: 0,
        version: 0,
      }),
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
    /** By when they were made; the newest first unless said. */
    order: z.enum(['newest', 'oldest']).optional(),
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

/** Cancels the caller's jobs that have not ended, all or those that match. At most 10,000 a call; `more` says that there are others. */
export const stopAllJobsRpc = defineRpc(
  'rpc.job-orchestrator.stop-all',
  z.object({
    userId: z.string(),
    provider: z.string().optional(),
    jobIds: z.array(z.string()).max(500).optional(),
  }),
  z.object({
    /** Ended at once. */
    cancelled: z.int().nonnegative(),
    /** Being made; they end when their engine says so. */
    cancelling: z.int().nonnegative(),
    more: z.boolean(),
  }),
  15_000,
);

export const LOG_LEVELS = ['INFO', 'SUCCESS', 'WARN', 'ERROR'] as const;
export const jobLogEntrySchema = z.object({
  jobId: z.string(),
  /** Grows within a job; the cursor of a page. */
  seq: z.int().positive(),
  at: z.iso.datetime(),
  level: z.enum(LOG_LEVELS),
  /** What happened, in one plain sentence. */
  text: z.string(),
  attemptId: z.string().nullable(),
  /** Which try of the job, from 1. */
  attempt: z.int().positive().nullable(),
  provider: z.string().nullable(),
  vendorTaskId: z.string().nullable(),
});
export type JobLogEntry = z.infer<typeof jobLogEntrySchema>;

/** What happened to a job and why, oldest first. Null where there is no such job or it is another user's. */
export const jobLogRpc = defineRpc(
  'rpc.job-orchestrator.log',
  z.object({ ...owned, after: z.int().nonnegative(), limit: z.int().min(1).max(500) }),
  z.object({ entries: z.array(jobLogEntrySchema).nullable(), next: z.int().nullable() }),
);

export const userLogEntrySchema = jobLogEntrySchema.extend({
  /** Opaque; the place of the line in the log of its user. */
  cursor: z.string(),
  /** The shot that the job was named after. */
  shot: z.string().nullable(),
});
export type UserLogEntry = z.infer<typeof userLogEntrySchema>;

/**
 * What happened to all jobs of a user that are not deleted. Newest first, or with `after` oldest first from there. `next` is the cursor of
 * what follows in that direction, null where there is nothing more now. Error: `invalid_input` for a cursor that is none.
 */
export const userLogRpc = defineRpc(
  'rpc.job-orchestrator.user-log',
  z.object({
    userId: z.string(),
    limit: z.int().min(1).max(500),
    before: z.string().optional(),
    after: z.string().optional(),
    /** Without lines that are younger than two seconds: an older one may not be committed yet, and who follows would never see it. */
    settled: z.boolean().optional(),
    levels: z.array(z.enum(LOG_LEVELS)).min(1).optional(),
    provider: z.string().optional(),
    since: z.iso.datetime().optional(),
  }),
  z.object({ entries: z.array(userLogEntrySchema), next: z.string().nullable() }),
);

/**
 * Which of these assets a job that has not ended has as an input. Asked before bytes are removed, and before a user deletes what a job
 * needs.
 */
export const assetsInUseRpc = defineRpc(
  'rpc.job-orchestrator.assets-in-use',
  z.object({
    assets: z
      .array(z.object({ assetId: z.string(), ownerUserId: z.string() }))
      .min(1)
      .max(100),
  }),
  z.object({
    inUse: z.array(z.string()),
    /** Some of the jobs that use them, not all; left out by earlier releases. */
    jobIds: z.array(z.string()).max(20).optional(),
  }),
);
