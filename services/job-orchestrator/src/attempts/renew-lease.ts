import { sql } from 'kysely';
import type { JobProgress } from '../jobs/job-progress';
import type { RpcRequest, RpcResponse, releaseLeaseRpc, renewLeaseRpc } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import { shownProgress } from '../jobs/job-row';
import { RESEND_SECONDS } from '../scheduler/dispatch';

type RenewRequest = RpcRequest<typeof renewLeaseRpc>;

interface RenewedRow {
  job_id: string;
  owner_user_id: string;
  version: number;
  floor: number;
  progress: number;
  cancelling: boolean;
}

/**
 * One statement: the lease moves on if it still is this worker's, and says whether the user has cancelled. The lease may
 * be renewed late, as long as nobody else has been granted the attempt meanwhile.
 */
export async function renewLease(
  database: Database<JobsSchema>,
  leaseSeconds: number,
  request: RenewRequest,
): Promise<{ verdict: RpcResponse<typeof renewLeaseRpc>['verdict']; progress?: JobProgress }> {
  const { attemptId, fence, workerId, progress, step } = request;
  const { rows } = await sql<RenewedRow>`
    UPDATE jobs.attempts AS attempt
    SET due_at = clock_timestamp() + make_interval(secs => ${leaseSeconds}),
        progress = greatest(attempt.progress, ${progress}::real), step = ${step}
    FROM jobs.jobs AS job
    WHERE attempt.attempt_id = ${attemptId} AND attempt.fence = ${fence} AND attempt.worker_id = ${workerId}
      AND attempt.status = 'running' AND job.job_id = attempt.job_id
    RETURNING attempt.job_id, job.owner_user_id, job.version, job.progress AS floor, attempt.progress,
      job.cancel_requested_at IS NOT NULL AS cancelling`.execute(database.sql);
  const row = rows[0];
  if (!row) return { verdict: 'lost' };
  if (row.cancelling) return { verdict: 'cancel' };
  return {
    verdict: 'continue',
    progress: {
      jobId: row.job_id,
      ownerUserId: row.owner_user_id,
      version: row.version,
      progress: shownProgress(row.floor, row.progress),
      progressEstimated: false,
      step,
    },
  };
}

/** Puts the attempt back to where any worker may begin it. No lapse is counted: nobody fell silent. */
export async function releaseLease(
  database: Database<JobsSchema>,
  { attemptId, fence, workerId }: RpcRequest<typeof releaseLeaseRpc>,
): Promise<boolean> {
  const released = await sql`
    UPDATE jobs.attempts
    SET status = 'submitting', worker_id = NULL, resends = 0,
        due_at = clock_timestamp() + make_interval(secs => ${RESEND_SECONDS})
    WHERE attempt_id = ${attemptId} AND fence = ${fence} AND worker_id = ${workerId} AND status = 'running'`.execute(
    database.sql,
  );
  return released.numAffectedRows === 1n;
}
