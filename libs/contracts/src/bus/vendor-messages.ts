import { z } from 'zod';
import { defineMessage } from './envelope';
import { errorRecordSchema } from './rpc';
import { credentialRefSchema, vendorOutcomeSchema, vendorTaskRefSchema } from '../attempt/vendor-outcome';

/** WORK: ask the vendor to stop a task. Best effort: the vendor's own verdict ends the attempt. */
export const workCancelV1 = defineMessage(
  'work.cancel.v1',
  z.looseObject({
    jobId: z.string(),
    provider: z.string(),
    credential: credentialRefSchema,
    task: vendorTaskRefSchema,
  }),
);

/**
 * POLLS: ask the vendor about these tasks, all under one credential, no more than one call of the vendor takes. A worker drops it after
 * `expiresAt`: the row is the truth, and the planner asks again.
 */
export const pollBatchV1 = defineMessage(
  'poll.batch.v1',
  z.looseObject({
    provider: z.string(),
    credential: credentialRefSchema,
    /** By the clock of job-orchestrator; a worker allows a few seconds for its own. */
    expiresAt: z.iso.datetime(),
    tasks: z
      .array(
        vendorTaskRefSchema.extend({
          /** Counts the polls of the attempt; an answer with an older one changes nothing unless it ends the attempt. */
          pollNo: z.int().nonnegative(),
          /** `lookup`: the submit's answer was lost; the task is looked for by our own id. */
          verb: z.enum(['poll', 'lookup']),
        }),
      )
      .min(1),
  }),
);

/** ATTEMPTS: the vendor has the task. `adopted`: it had it already, nothing new was bought. */
export const attemptSubmittedV1 = defineMessage(
  'attempt.submitted.v1',
  z.looseObject({
    attemptId: z.string(),
    fence: z.int(),
    vendorTaskId: z.string(),
    externalTaskId: z.string(),
    adopted: z.boolean(),
    /** Sentences for the user: what was changed or left out to fit the vendor. */
    notes: z.array(z.string()),
  }),
);
/** ATTEMPTS: the vendor refused the submit: nothing was bought, another try is safe. */
export const attemptRefusedV1 = defineMessage(
  'attempt.refused.v1',
  z.looseObject({ attemptId: z.string(), fence: z.int(), error: errorRecordSchema }),
);
/** ATTEMPTS: the submit's answer was lost: a video may be under way. */
export const attemptUncertainV1 = defineMessage(
  'attempt.uncertain.v1',
  z.looseObject({ attemptId: z.string(), fence: z.int(), error: errorRecordSchema }),
);

/**
 * ATTEMPTS: what looks at tasks gave, from polls (`pollNo`) or from a verified callback (`pollNo` null). For a `lookup`, `notFound`
 * means that the vendor says there is no such task.
 */
export const attemptsSeenV1 = defineMessage(
  'attempts.seen.v1',
  z.looseObject({
    provider: z.string(),
    credential: credentialRefSchema,
    via: z.enum(['poll', 'callback']),
    answers: z
      .array(
        z.looseObject({
          attemptId: z.string(),
          pollNo: z.int().nullable(),
          vendorTaskId: z.string().nullable(),
          outcome: vendorOutcomeSchema,
        }),
      )
      .min(1),
  }),
);

/** ATTEMPTS: somebody says that there is news of the task, without proof: ask the vendor now. */
export const attemptHintedV1 = defineMessage('attempt.hinted.v1', z.looseObject({ attemptId: z.string() }));

/** ATTEMPTS: what the vendor said to a cancel. `requested` and `tooLate` wait for the task's own end. */
export const attemptCancelAnsweredV1 = defineMessage(
  'attempt.cancel_answered.v1',
  z.looseObject({
    attemptId: z.string(),
    verdict: z.enum(['cancelled', 'requested', 'tooLate', 'unavailable']),
    error: errorRecordSchema.nullable(),
  }),
);
