import { sql } from 'kysely';
import { callbackUrl } from '@shotloom/service-kit';
import type { RpcRequest, RpcResponse, VideoRequest, beginSubmitRpc } from '@shotloom/contracts';
import type { JobsTx } from '../jobs/job-changes';
import { cancelJob } from '../jobs/job-endings';
import { endAttempt, lockAttempt } from './attempt-rows';

type BeginRequest = RpcRequest<typeof beginSubmitRpc>;
type BeginResponse = RpcResponse<typeof beginSubmitRpc>;

export interface SubmitSettings {
  /** A worker must have sent, and reported, within this. Seconds. */
  readonly sendSeconds: number;
  /** The door that vendors call back to, with the secret that signs their URLs; null where there is none. */
  readonly callbacks: { readonly publicUrl: string; readonly secret: string } | null;
}

interface GrantedRow {
  job_id: string;
  owner_user_id: string;
  provider: string;
  fence: number;
  credential_id: string;
  credential_version: number;
  request: VideoRequest;
}

/** The sweep calls a silent worker uncertain a little after the worker itself should have. Seconds. */
const GRACE_SECONDS = 15;

/**
 * The fence before a vendor is called, in one statement: only one worker, ever, gets the attempt from `submitting` to `sending`.
 * From its commit on a video may have been bought.
 */
export async function beginSubmit(
  tx: JobsTx,
  settings: SubmitSettings,
  { attemptId, workerId }: BeginRequest,
): Promise<BeginResponse> {
  const { rows } = await sql<GrantedRow>`
    UPDATE jobs.attempts AS attempt
    SET status = 'sending', fence = fence + 1, worker_id = ${workerId}, external_task_id = attempt.attempt_id::text,
      started_at = coalesce(attempt.started_at, clock_timestamp()),
      due_at = clock_timestamp() + make_interval(secs => ${settings.sendSeconds + GRACE_SECONDS})
    FROM jobs.jobs AS job
    WHERE attempt.attempt_id = ${attemptId} AND attempt.status = 'submitting' AND attempt.kind = 'poll'
      AND attempt.credential_id IS NOT NULL AND job.job_id = attempt.job_id AND job.cancel_requested_at IS NULL
    RETURNING attempt.job_id, attempt.owner_user_id, attempt.provider, attempt.fence, attempt.credential_id,
      attempt.credential_version, job.request`.execute(tx.sql);
  const row = rows[0];
  if (!row) return refuse(tx, attemptId);
  const { callbacks, sendSeconds } = settings;
  return {
    granted: true,
    fence: row.fence,
    jobId: row.job_id,
    ownerUserId: row.owner_user_id,
    request: row.request,
    credential: { id: row.credential_id, version: row.credential_version },
    callbackUrl: callbacks && callbackUrl(callbacks.publicUrl, callbacks.secret, row.provider, attemptId),
    sendSeconds,
  };
}

async function refuse(tx: JobsTx, attemptId: string): Promise<BeginResponse> {
  const locked = await lockAttempt(tx, attemptId);
  if (!locked) return { granted: false, reason: 'unknown_attempt' };
  const { job, attempt } = locked;
  if (attempt.finished_at !== null) return { granted: false, reason: 'ended' };
  if (attempt.status !== 'submitting') return { granted: false, reason: 'begun' };
  await endAttempt(tx, attempt, 'cancelled');
  await cancelJob(tx, job, attempt.progress);
  return { granted: false, reason: 'cancelled' };
}
