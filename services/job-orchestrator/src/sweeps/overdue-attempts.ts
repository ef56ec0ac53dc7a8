import { AppError, assertNever } from '@shotloom/kernel';
import { clockOnce, type Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import { emitIngest, emitWork, INGEST_RESEND_SECONDS } from '../attempts/attempt-messages';
import { askForFreshLink } from '../attempts/fresh-link';
import { failAttempt, type Fallbacks } from '../attempts/fail-attempt';
import { becomeUncertain } from '../attempts/submit-reports';
import {
  changeAttempt,
  clockOf,
  endAttempt,
  fromNow,
  inSeconds,
  lockAttempt,
  type AttemptRow,
} from '../attempts/attempt-rows';
import type { JobsTx } from '../jobs/job-changes';
import { cancelJob } from '../jobs/job-endings';
import type { JobRow } from '../jobs/job-row';
import { RESEND_SECONDS } from '../scheduler/dispatch';
import type { JobsSchema } from '../schema/tables';
import { waitIsLong } from './long-waits';

/** An attempt whose workers fell silent this often is ended, so that what kills workers cannot kill the whole fleet. */
const MAX_LAPSES = 5;
/** About half an hour of doubling waits; then another attempt has a better chance than another message. */
const MAX_INGEST_RESENDS = 5;
const BATCH = 100;
/** A row that cannot be moved is looked at again after this, and does not stand in the way of others until then. */
const SET_ASIDE_SECONDS = 60;
/** An uncertain attempt that nobody has resolved stays so; it is counted and alarmed, never decided by a clock. */
const ALARM_SECONDS = 3_600;

export interface OverdueDeps {
  readonly database: Database<JobsSchema>;
  readonly fallbacks: Fallbacks;
  readonly logger: Logger;
}

/**
 * Moves what did not move by itself: work no worker began, leases that lapsed, workers silent after the fence, waits past their
 * limits, ingests without an answer. Every message can be sent again from its row, so a broker that forgot everything costs time,
 * not jobs. Returns how many it could not move.
 */
export async function moveOverdueAttempts(deps: OverdueDeps): Promise<number> {
  const due = await overdueAttempts(deps.database.sql);
  let stuck = 0;
  for (const attemptId of due) {
    try {
      await deps.database.run((tx) => moveOne(tx, deps.fallbacks, attemptId));
    } catch (error) {
      stuck += 1;
      deps.logger.error(
        { err: error, attemptId },
        'an overdue attempt could not be moved; it is looked at again in a minute',
      );
      await setAside(deps.database, attemptId);
    }
  }
  return stuck;
}

/** Those whose time has come, the oldest first; it reads no more than it gives. */
export async function overdueAttempts(executor: Database<JobsSchema>['sql']): Promise<string[]> {
  const due = await executor
    .selectFrom('jobs.attempts')
    .select('attempt_id')
    .where('finished_at', 'is', null)
    .where('due_at', '<=', clockOnce)
    .orderBy('due_at')
    .limit(BATCH)
    .execute();
  return due.map(({ attempt_id: attemptId }) => attemptId);
}

async function setAside(database: Database<JobsSchema>, attemptId: string): Promise<void> {
  await database.sql
    .updateTable('jobs.attempts')
    .set({ due_at: fromNow(SET_ASIDE_SECONDS) })
    .where('attempt_id', '=', attemptId)
    .where('finished_at', 'is', null)
    .execute();
}

async function moveOne(tx: JobsTx, fallbacks: Fallbacks, attemptId: string): Promise<void> {
  const locked = await lockAttempt(tx, attemptId);
  if (!locked) return;
  const { job, attempt } = locked;
  // Looked at again under the lock: a renewal or a report may have come since the row was chosen.
  const { due, late } = clockOf(tx, attempt);
  if (!due) return;
  switch (attempt.status) {
    case 'submitting':
      return offerAgain(tx, attempt);
    case 'sending':
      return becomeUncertain(tx, job, attempt, silentSender(attempt).toRecord());
    case 'uncertain':
      await changeAttempt(tx, attempt, { due_at: inSeconds(ALARM_SECONDS) });
      return;
    case 'submitted':
      return waitIsLong(tx, job, attempt);
    case 'running':
      return attempt.kind === 'poll'
        ? waitIsLong(tx, job, attempt)
        : takeBack(tx, fallbacks, job, attempt, late);
    case 'storing':
      return askForIngestAgain(tx, fallbacks, job, attempt);
    case 'stored':
    case 'failed':
    case 'cancelled':
      return;
    default:
      return assertNever(attempt.status, 'attempt status');
  }
}

async function offerAgain(tx: JobsTx, attempt: AttemptRow): Promise<void> {
  const resends = attempt.resends + 1;
  const wait = RESEND_SECONDS * 2 ** Math.min(resends, 5);
  emitWork(tx, await changeAttempt(tx, attempt, { resends, due_at: inSeconds(wait) }));
}

const silentSender = ({ provider }: AttemptRow): AppError =>
  new AppError('submit_unknown', 'The worker fell silent while it sent the task.', {
    provider,
    outcome: 'unknown',
  });

async function takeBack(
  tx: JobsTx,
  fallbacks: Fallbacks,
  job: JobRow,
  attempt: AttemptRow,
  late: boolean,
): Promise<void> {
  if (job.cancel_requested_at !== null) {
    await endAttempt(tx, attempt, 'cancelled');
    await cancelJob(tx, job, attempt.progress);
    return;
  }
  const lapses = attempt.lapses + 1;
  if (late || lapses > MAX_LAPSES) {
    return failAttempt(tx, fallbacks, job, attempt, silence(attempt, late).toRecord());
  }
  const offered = await changeAttempt(tx, attempt, {
    status: 'submitting',
    worker_id: null,
    lapses,
    resends: 0,
    due_at: inSeconds(RESEND_SECONDS),
  });
  emitWork(tx, offered);
}

function silence({ provider }: AttemptRow, late: boolean): AppError {
  if (late) return new AppError('provider_timeout', 'The engine did not finish in time.', { provider });
  const message =
    'The engine fell silent several times while it worked on this. The operator should look at its workers.';
  return new AppError('provider_unavailable', message, { provider, retryable: true });
}

async function askForIngestAgain(
  tx: JobsTx,
  fallbacks: Fallbacks,
  job: JobRow,
  attempt: AttemptRow,
): Promise<void> {
  const resends = attempt.resends + 1;
  if (attempt.result === null || resends > MAX_INGEST_RESENDS) {
    const error = new AppError('ingest_failed', 'The finished video could not be stored.', {
      retryable: true,
    });
    if (await askForFreshLink(tx, job, attempt, error)) return;
    return failAttempt(tx, fallbacks, job, attempt, error.toRecord());
  }
  const wait = INGEST_RESEND_SECONDS * 2 ** resends;
  emitIngest(tx, job, await changeAttempt(tx, attempt, { resends, due_at: inSeconds(wait) }), attempt.result);
}
