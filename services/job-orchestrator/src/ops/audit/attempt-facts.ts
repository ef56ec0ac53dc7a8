import type { Selectable } from 'kysely';
import type { AuditedAttempt } from '@shotloom/contracts';
import type { AttemptRow } from '../../attempts/attempt-rows';
import type { JobsTx } from '../../jobs/job-changes';
import type { TimersTable } from '../../schema/tables';

type TimerRow = Selectable<TimersTable>;

/** A job has a few attempts for each model of its chain, so all of them are read. */
export async function readAttempts(tx: JobsTx, jobId: string): Promise<AuditedAttempt[]> {
  const rows = await tx.sql
    .selectFrom('jobs.attempts')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('number')
    .execute();
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.attempt_id);
  const timers = await tx.sql.selectFrom('jobs.timers').selectAll().where('attempt_id', 'in', ids).execute();
  const byAttempt = new Map(timers.map((timer) => [timer.attempt_id, timer]));
  return rows.map((row) => toAuditedAttempt(row, byAttempt.get(row.attempt_id)));
}

function toAuditedAttempt(row: AttemptRow, timer: TimerRow | undefined): AuditedAttempt {
  const sent = row.submitted_at ?? row.started_at;
  return {
    attemptId: row.attempt_id,
    number: row.number,
    provider: row.provider,
    model: row.model,
    kind: row.kind,
    status: row.status,
    fence: row.fence,
    credential: credentialName(row),
    externalTaskId: row.external_task_id,
    vendorTaskId: row.vendor_task_id,
    workerId: row.worker_id,
    priceCredits: row.price_credits,
    cost: row.cost,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    submittedAt: row.submitted_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    dueAt: row.due_at?.toISOString() ?? null,
    deadlineAt: row.deadline_at.toISOString(),
    hardLimitAt: row.hard_limit_at?.toISOString() ?? null,
    waitedSeconds: secondsBetween(row.created_at, row.started_at),
    sendingSeconds: secondsBetween(row.started_at, row.submitted_at),
    makingSeconds: secondsBetween(sent, row.finished_at),
    resends: row.resends,
    lapses: row.lapses,
    linkRefreshes: row.link_refreshes,
    error: row.error,
    timer: timer
      ? {
          nextPollAt: timer.next_poll_at.toISOString(),
          pollNo: timer.poll_no,
          verb: timer.verb,
          misses: timer.misses,
        }
      : null,
  };
}

/** `<id>@<version>`; null for an engine that needs no key. */
export function credentialName(row: Pick<AttemptRow, 'credential_id' | 'credential_version'>): string | null {
  return row.credential_id === null ? null : `${row.credential_id}@${row.credential_version}`;
}

/** Null where one of the two has not come. */
function secondsBetween(from: Date | null, to: Date | null): number | null {
  return from === null || to === null ? null : (to.getTime() - from.getTime()) / 1000;
}
