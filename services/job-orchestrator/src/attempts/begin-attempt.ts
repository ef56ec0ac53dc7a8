import { sql } from 'kysely';
import type { Catalogue } from '@shotloom/contracts';
import { type RpcRequest, type RpcResponse, type beginAttemptRpc } from '@shotloom/contracts';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import { cancelJob } from '../jobs/job-endings';
import type { JobRow } from '../jobs/job-row';
import { changeAttempt, endAttempt, inSeconds, lockAttempt, type AttemptRow } from './attempt-rows';

type BeginRequest = RpcRequest<typeof beginAttemptRpc>;
type BeginResponse = RpcResponse<typeof beginAttemptRpc>;

/** The fence: grants the attempt to one worker at a time. Each grant has a higher number than the one before. */
export async function beginAttempt(
  tx: JobsTx,
  options: { catalogue: Catalogue; leaseSeconds: number },
  request: BeginRequest,
): Promise<BeginResponse> {
  const locked = await lockAttempt(tx, request.attemptId);
  if (!locked) return { granted: false, reason: 'unknown_attempt' };
  const { job, attempt } = locked;
  if (attempt.finished_at !== null || attempt.status === 'storing')
    return { granted: false, reason: 'ended' };
  if (attempt.status === 'running' && attempt.due_at !== null && attempt.due_at > (await databaseNow(tx))) {
    return { granted: false, reason: 'leased' };
  }
  if (job.cancel_requested_at !== null) {
    await endAttempt(tx, attempt, 'cancelled');
    await cancelJob(tx, job, attempt.progress);
    return { granted: false, reason: 'cancelled' };
  }
  return grant(tx, options, request.workerId, job, attempt);
}

async function grant(
  tx: JobsTx,
  options: { catalogue: Catalogue; leaseSeconds: number },
  workerId: string,
  job: JobRow,
  attempt: AttemptRow,
): Promise<BeginResponse> {
  const { longest_wait_seconds } = options.catalogue.get(attempt.model).execution;
  // A lapsed lease keeps the attempt's deadline: it is the user's wait, not the worker's.
  const first = attempt.started_at === null;
  const granted = await changeAttempt(tx, attempt, {
    status: 'running',
    fence: attempt.fence + 1,
    worker_id: workerId,
    due_at: inSeconds(options.leaseSeconds),
    ...(first
      ? { started_at: sql<Date>`clock_timestamp()`, deadline_at: inSeconds(longest_wait_seconds) }
      : {}),
  });
  if (job.status === 'queued') {
    await changeJob(tx, job, {
      status: 'processing',
      stage: 'running',
      started_at: sql<Date>`clock_timestamp()`,
    });
  }
  return {
    granted: true,
    fence: granted.fence,
    jobId: job.job_id,
    request: job.request,
    leaseSeconds: options.leaseSeconds,
    deadlineAt: granted.deadline_at.toISOString(),
  };
}

async function databaseNow(tx: JobsTx): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(tx.sql);
  return rows[0]?.now ?? new Date();
}
