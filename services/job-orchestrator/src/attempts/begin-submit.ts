import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import { callbackUrl } from '@shotloom/service-kit';
import type { RpcRequest, RpcResponse, VideoRequest, beginSubmitRpc } from '@shotloom/contracts';
import { arrayOf } from '@shotloom/database';
import type { JobsTx } from '../jobs/job-changes';
import { cancelJob } from '../jobs/job-endings';
import { ALLOWED_CREATES, CREATES_PER_MINUTE, secondsToCreate } from '../requests/create-windows';
import { changeAttempt, endAttempt, inSeconds, lockAttempt, type AttemptRow } from './attempt-rows';

type BeginRequest = RpcRequest<typeof beginSubmitRpc>;
type BeginResponse = RpcResponse<typeof beginSubmitRpc>;

export interface SubmitSettings {
  /** A worker must have sent, and reported, within this. Seconds. */
  readonly sendSeconds: number;
  /** The door that vendors call back to, with the secret that signs their URLs; null where there is none. */
  readonly callbacks: { readonly publicUrl: string; readonly secret: string } | null;
}

interface GrantedRow {
  attempt_id: string;
  job_id: string;
  owner_user_id: string;
  provider: string;
  fence: number;
  credential_id: string;
  credential_version: number;
  request: VideoRequest;
}

/** A worker that asks, and when it stops to wait for the answer. */
export interface Beginner extends BeginRequest {
  readonly deadline: Date;
}

/** The sweep calls a silent worker uncertain a little after the worker itself should have. Seconds. */
const GRACE_SECONDS = 15;
/** Whoever asked began to wait before we heard of it, and must hear of the commit in time. Milliseconds. */
const ANSWER_MS = 250;
const hears = (deadline: Date): boolean => deadline.getTime() - ANSWER_MS > Date.now();
/** Whoever asked has gone, and the message comes again. */
const NOT_HEARD: BeginResponse = { granted: false, reason: 'begun' };

/** What the transactions that run now have granted, by attempt. */
const granted = new WeakMap<JobsTx, ReadonlyMap<string, GrantedRow>>();

/**
 * The fence before a vendor is called, for all who ask at the same time in one statement: only one worker, ever, gets an attempt
 * from `submitting` to `sending`, as far as its key may order in this minute. From its commit on a video may have been bought. Whoever
 * has gone is granted nothing: a fence that nobody hears of makes an attempt uncertain that was never sent. Rows are locked in the
 * order of their jobs.
 */
export async function grantSubmits(
  tx: JobsTx,
  { sendSeconds }: Pick<SubmitSettings, 'sendSeconds'>,
  beginners: readonly Beginner[],
): Promise<void> {
  // Of two who ask for one attempt the first gets it.
  const here = beginners.filter(({ deadline }) => hears(deadline));
  const first = new Map(here.toReversed().map((beginner) => [beginner.attemptId, beginner.workerId]));
  const { rows } = await sql<GrantedRow>`
    WITH mine AS (
      SELECT attempt.attempt_id, attempt.job_id, attempt.credential_id, begun.worker_id, job.request,
        ${CREATES_PER_MINUTE} AS creates_per_minute
      FROM unnest(${arrayOf([...first.keys()], 'uuid')}, ${arrayOf([...first.values()], 'text')})
        AS begun (attempt_id, worker_id)
      JOIN jobs.attempts AS attempt ON attempt.attempt_id = begun.attempt_id
      JOIN jobs.jobs AS job ON job.job_id = attempt.job_id
      WHERE attempt.status = 'submitting' AND attempt.kind = 'poll' AND attempt.credential_id IS NOT NULL
        AND job.cancel_requested_at IS NULL
      ORDER BY attempt.job_id FOR UPDATE OF attempt
    ), ${ALLOWED_CREATES}
    UPDATE jobs.attempts AS attempt
    SET status = 'sending', fence = fence + 1, worker_id = allowed.worker_id, external_task_id = attempt.attempt_id::text,
      started_at = coalesce(attempt.started_at, clock_timestamp()),
      due_at = clock_timestamp() + make_interval(secs => ${sendSeconds + GRACE_SECONDS})
    FROM allowed WHERE attempt.attempt_id = allowed.attempt_id
    RETURNING attempt.attempt_id, attempt.job_id, attempt.owner_user_id, attempt.provider, attempt.fence, attempt.credential_id,
      attempt.credential_version, allowed.request`.execute(tx.sql);
  granted.set(tx, new Map(rows.map((row) => [`${row.attempt_id} ${first.get(row.attempt_id)}`, row])));
}

/** What one of them is told, in the same transaction. Throws where it has gone since, which takes the fence back with all that shared it. */
export async function beginSubmit(
  tx: JobsTx,
  settings: SubmitSettings,
  { attemptId, workerId, deadline }: Beginner,
): Promise<BeginResponse> {
  const row = granted.get(tx)?.get(`${attemptId} ${workerId}`);
  if (!row) return hears(deadline) ? refuse(tx, attemptId) : NOT_HEARD;
  if (!hears(deadline)) throw tooLate(attemptId);
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

const tooLate = (attemptId: string): AppError =>
  new AppError('unavailable', `Whoever asked for attempt ${attemptId} has gone.`, { retryable: true });

async function refuse(tx: JobsTx, attemptId: string): Promise<BeginResponse> {
  const locked = await lockAttempt(tx, attemptId);
  if (!locked) return { granted: false, reason: 'unknown_attempt' };
  const { job, attempt } = locked;
  if (attempt.finished_at !== null) return { granted: false, reason: 'ended' };
  if (attempt.status !== 'submitting') return { granted: false, reason: 'begun' };
  if (job.cancel_requested_at === null) return waitForCreate(tx, attempt);
  await endAttempt(tx, attempt, 'cancelled');
  await cancelJob(tx, job, attempt.progress);
  return { granted: false, reason: 'cancelled' };
}

/**
 * Offered again when its key has a create again. Seldom: nothing is started without one, so only an order that is sent again can be one
 * too many, or one that was started before the limit was lowered.
 */
async function waitForCreate(tx: JobsTx, attempt: AttemptRow): Promise<BeginResponse> {
  const seconds = await secondsToCreate(tx.sql, attempt.credential_id);
  await changeAttempt(tx, attempt, { due_at: inSeconds(seconds) });
  return { granted: false, reason: 'creates_spent' };
}
