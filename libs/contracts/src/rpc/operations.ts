import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { auditReportSchema } from '../operations/audit';
import { deadLetterSchema, uncertainAttemptSchema, uncertainResolutionSchema } from '../operations/records';

/** For operators only: the gateway asks after it has checked the scope `admin`. No question here looks at an owner. */

/** What happened to a job and whether it adds up. Null where there is no such job. */
export const opsAuditRpc = defineRpc(
  'rpc.job-orchestrator.ops-audit',
  z.object({ jobId: z.guid() }),
  z.object({ report: auditReportSchema.nullable() }),
  30_000,
);

/** Oldest first; `after` is the last attempt of the page before. */
export const listUncertainRpc = defineRpc(
  'rpc.job-orchestrator.ops-list-uncertain',
  z.object({
    provider: z.string().optional(),
    after: z.guid().optional(),
    limit: z.int().min(1).max(200),
  }),
  z.object({ attempts: z.array(uncertainAttemptSchema), more: z.boolean() }),
);

/** Errors: `not_found`; `conflict` where the attempt is not uncertain (any more). */
export const resolveUncertainRpc = defineRpc(
  'rpc.job-orchestrator.ops-resolve-uncertain',
  z.object({ attemptId: z.guid(), resolution: uncertainResolutionSchema }),
  z.object({ jobId: z.string() }),
);

/** Newest first; `before` is the lowest sequence of the page before. */
export const listDeadLettersRpc = defineRpc(
  'rpc.job-orchestrator.ops-list-dead-letters',
  z.object({
    stream: z.string().optional(),
    before: z.int().positive().optional(),
    limit: z.int().min(1).max(200),
  }),
  z.object({ letters: z.array(deadLetterSchema) }),
  15_000,
);

/** Publishes it to its first subject again. Errors: `not_found`; `conflict` where its body cannot be read. */
export const replayDeadLetterRpc = defineRpc(
  'rpc.job-orchestrator.ops-replay-dead-letter',
  z.object({ seq: z.int().positive() }),
  z.object({ subject: z.string(), jobId: z.string().nullable() }),
  15_000,
);

/** Stops or resumes giving a provider's jobs to its workers. What is under way goes on. */
export const pauseProviderRpc = defineRpc(
  'rpc.job-orchestrator.ops-pause-provider',
  z.object({
    provider: z.string(),
    /** Shown to users whose jobs wait; null resumes. */
    reason: z.string().min(1).max(300).nullable(),
  }),
  z.object({ paused: z.boolean() }),
);
