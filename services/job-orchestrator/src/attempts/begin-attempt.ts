import type { RpcRequest, RpcResponse, beginAttemptRpc } from '@shotloom/contracts';
import { Moment } from '../changes/moment';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import { cancelJob } from '../jobs/job-endings';
import type { JobRow } from '../jobs/job-row';
import { changeAttempt, clockOf, endAttempt, inSeconds, lockAttempt, type AttemptRow } from './attempt-rows';

type BeginRequest = RpcRequest<typeof beginAttemptRpc>;
type BeginResponse = RpcResponse<typeof beginAttemptRpc>;

/** The fence: grants the attempt to one worker at a time. Each grant has a higher number than the one before. */
export async function beginAttempt(
  tx: JobsTx,
  leaseSeconds: number,
  request: BeginRequest,
): Promise<BeginResponse> {
  const locked = await lockAttempt(tx, request.attemptId);
  if (!locked) return { granted: false, reason: 'unknown_attempt' };
  const { job, attempt } = locked;
  if (attempt.finished_at !== null || attempt.status === 'storing') {
    return { granted: false, reason: 'ended' };
  }
  if (attempt.status === 'running' && !clockOf(tx, attempt).due) {
    return { granted: false, reason: 'leased' };
  }
  if (job.cancel_requested_at !== null) {
    await endAttempt(tx, attempt, 'cancelled');
    await cancelJob(tx, job, attempt.progress);
    return { granted: false, reason: 'cancelled' };
  }
  return grant(tx, leaseSeconds, request.workerId, job, attempt);
}

async function grant(
  tx: JobsTx,
  leaseSeconds: number,
  workerId: string,
  job: JobRow,
  attempt: AttemptRow,
): Promise<BeginResponse> {
  // A lapsed lease keeps the attempt's deadline: it is the user's wait, not the worker's.
  const first = attempt.started_at === null;
  const granted = await changeAttempt(tx, attempt, {
    status: 'running',
    fence: attempt.fence + 1,
    worker_id: workerId,
    due_at: inSeconds(leaseSeconds),
    ...(first ? { started_at: Moment.now, deadline_at: inSeconds(job.longest_wait_seconds) } : {}),
  });
  if (job.status === 'queued') {
    await changeJob(tx, job, { status: 'processing', stage: 'running', started_at: Moment.now });
  } else if (job.stage !== 'running') {
    // Another attempt after one that could not be stored: the state stays, what happens now does not.
    await changeJob(tx, job, { stage: 'running' });
  }
  const { remainingSeconds } = clockOf(tx, granted);
  const { fence, job_id: jobId } = granted;
  return { granted: true, fence, jobId, request: job.request, leaseSeconds, remainingSeconds };
}
