import { sql } from 'kysely';
import type {
  AuditedAttempt,
  AuditedHold,
  AuditedJob,
  AuditedOutbox,
  JobLogEntry,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { readHoldHistory, type HoldHistory } from '@shotloom/ledger';
import type { JobsTx } from '../../jobs/job-changes';
import type { JobRow } from '../../jobs/job-row';
import { readNewestLog } from '../../log/log-queries';
import type { JobsSchema } from '../../schema/tables';
import { readAttempts } from './attempt-facts';
import { readOutbox } from './outbox-facts';

const LOG_LINES = 500;

/** What the database knows of one job, at one moment. */
export interface JobFacts {
  /** The database's clock. */
  readonly at: Date;
  readonly job: AuditedJob;
  readonly attempts: readonly AuditedAttempt[];
  readonly log: readonly JobLogEntry[];
  readonly hold: AuditedHold | null;
  readonly outbox: AuditedOutbox;
}

/** Reads everything on one snapshot, so that a job which moves meanwhile cannot look broken. Undefined: no such job. */
export function readJobFacts(database: Database<JobsSchema>, jobId: string): Promise<JobFacts | undefined> {
  return database.run(async (tx) => {
    await onOneSnapshot(tx);
    const job = await tx.sql
      .selectFrom('jobs.jobs')
      .selectAll()
      .where('job_id', '=', jobId)
      .executeTakeFirst();
    if (!job) return undefined;
    const hold = await readHoldHistory(tx.sql, jobId);
    const now = await sql<{ at: Date }>`SELECT clock_timestamp() AS at`.execute(tx.sql);
    return {
      at: now.rows[0]?.at ?? new Date(),
      job: toAuditedJob(job),
      attempts: await readAttempts(tx, jobId),
      log: await readNewestLog(tx.sql, jobId, LOG_LINES),
      hold: hold ? toAuditedHold(hold) : null,
      outbox: await readOutbox(tx, jobId),
    };
  });
}

/** Every statement of the transaction sees the same rows, and none can change one. Must be its first. */
export async function onOneSnapshot(tx: JobsTx): Promise<void> {
  await sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`.execute(tx.sql);
}

function toAuditedJob(row: JobRow): AuditedJob {
  return {
    userId: row.owner_user_id,
    accountId: row.account_id,
    status: row.status,
    conditions: row.conditions,
    version: row.version,
    provider: row.provider,
    model: row.model,
    fallback: row.chain.map(({ request }) => request.model),
    notes: row.notes,
    priceCredits: row.price_credits,
    creditsHeld: row.credits_held,
    creditsCaptured: row.credits_captured,
    held: row.held,
    attemptsMade: row.attempts_made,
    activeAttemptId: row.active_attempt_id,
    assetId: row.output?.assetId ?? null,
    lateAssetId: row.late_asset_id,
    error: row.error,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    cancelRequestedAt: row.cancel_requested_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
    notBefore: row.not_before.toISOString(),
  };
}

function toAuditedHold({ holdId: _, accountId: __, ...hold }: HoldHistory): AuditedHold {
  return {
    ...hold,
    lots: [...hold.lots],
    createdAt: hold.createdAt.toISOString(),
    alarmAt: hold.alarmAt.toISOString(),
    movements: hold.movements.map(({ at, ...movement }) => ({ ...movement, at: at.toISOString() })),
    resolution: hold.resolution && { ...hold.resolution, at: hold.resolution.at.toISOString() },
  };
}
