import { z } from 'zod';
import { auditReportSchema } from '../operations/audit';
import { deadLetterSchema, uncertainAttemptSchema, uncertainResolutionSchema } from '../operations/records';
import { pageQuery, reasonSchema } from './admin-people';

export const deadLetterQuerySchema = z
  .object({
    limit: pageQuery.limit,
    stream: z.string().max(60).optional(),
    before: z.coerce.number().int().positive().optional().describe('The lowest `seq` of the page before.'),
  })
  .meta({ id: 'DeadLetterQuery' });
export type DeadLetterQuery = z.infer<typeof deadLetterQuerySchema>;
export const deadLetterPageSchema = z
  .object({ data: z.array(deadLetterSchema), next_before: z.int().nullable() })
  .meta({ id: 'DeadLetterPage' });
export const deadLetterResourceSchema = deadLetterSchema.meta({ id: 'DeadLetter' });
export const replayedLetterSchema = z
  .object({ subject: z.string(), job_id: z.string().nullable() })
  .meta({ id: 'ReplayedLetter' });

export const uncertainQuerySchema = z
  .object({
    limit: pageQuery.limit,
    provider: z.string().max(60).optional(),
    after: z.guid().optional().describe('The last `attemptId` of the page before.'),
  })
  .meta({ id: 'UncertainQuery' });
export type UncertainQuery = z.infer<typeof uncertainQuerySchema>;
export const uncertainPageSchema = z
  .object({ data: z.array(uncertainAttemptSchema), more: z.boolean() })
  .meta({ id: 'UncertainPage' });

/** POST /api/v1/admin/uncertain/{attempt_id}/resolve */
export const resolveUncertainSchema = z
  .strictObject({ resolution: uncertainResolutionSchema, reason: reasonSchema })
  .meta({ id: 'ResolveUncertain' });
export type ResolveUncertain = z.infer<typeof resolveUncertainSchema>;
export const resolvedUncertainSchema = z.object({ job_id: z.string() }).meta({ id: 'ResolvedUncertain' });

/** GET /api/v1/admin/jobs/{id}: what happened to a job and whether it adds up. */
export const jobAuditSchema = auditReportSchema.meta({ id: 'JobAudit' });

export const auditQuerySchema = z
  .object({
    ...pageQuery,
    actor_user_id: z.guid().optional(),
    action: z.string().max(80).optional().describe('`noun.verb`, or a noun alone.'),
    target_type: z.string().max(60).optional(),
    target_id: z.string().max(200).optional(),
    account_id: z.guid().optional(),
    from: z.iso.datetime().optional(),
    before: z.iso.datetime().optional(),
  })
  .meta({ id: 'AuditQuery' });
export type AuditQuery = z.infer<typeof auditQuerySchema>;
export const auditEntrySchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actor_user_id: z.string().nullable().describe('Null: the platform itself.'),
    actor_key_id: z.string().nullable(),
    action: z.string(),
    target_type: z.string(),
    target_id: z.string(),
    account_id: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    address: z.string().nullable(),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryResource = z.infer<typeof auditEntrySchema>;
export const auditPageSchema = z
  .object({ data: z.array(auditEntrySchema), next_cursor: z.string().nullable() })
  .meta({ id: 'AuditPage' });
