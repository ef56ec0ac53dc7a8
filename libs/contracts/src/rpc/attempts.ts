import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { videoRequestSchema } from '../job/record';

/**
 * The fence: a worker may touch an attempt only after this granted it. Where it is not granted the message is spent:
 * the attempt ended, or another worker holds the lease, whose lapse job-orchestrator watches.
 */
export const beginAttemptRpc = defineRpc(
  'rpc.job-orchestrator.begin-attempt',
  z.object({ attemptId: z.string(), workerId: z.string() }),
  z.discriminatedUnion('granted', [
    z.object({
      granted: z.literal(true),
      fence: z.int().positive(),
      jobId: z.string(),
      request: videoRequestSchema,
      /** The lease lapses this many seconds after each renewal. */
      leaseSeconds: z.number().positive(),
      /** Seconds until the attempt is given up, counted from this answer: no two clocks are compared. */
      remainingSeconds: z.number().nonnegative(),
    }),
    z.object({
      granted: z.literal(false),
      reason: z.enum(['unknown_attempt', 'leased', 'ended', 'cancelled']),
    }),
  ]),
);

/** Renews the lease and carries progress. `lost`: the lease is another's or the attempt ended; stop, report nothing. */
export const renewLeaseRpc = defineRpc(
  'rpc.job-orchestrator.renew-lease',
  z.object({
    attemptId: z.string(),
    fence: z.int(),
    workerId: z.string(),
    /** 0 to 1. */
    progress: z.number().min(0).max(1),
    step: z.string().max(200),
  }),
  z.object({ verdict: z.enum(['continue', 'cancel', 'lost']) }),
  3_000,
);

/**
 * A worker that stops gives its attempt back, so that another need not wait for the lease to lapse. `released` is false
 * where the lease was not its own any more.
 */
export const releaseLeaseRpc = defineRpc(
  'rpc.job-orchestrator.release-lease',
  z.object({ attemptId: z.string(), fence: z.int(), workerId: z.string() }),
  z.object({ released: z.boolean() }),
  2_000,
);
