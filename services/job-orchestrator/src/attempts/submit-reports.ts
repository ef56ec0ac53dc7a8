import { AppError, backoffMs, type ErrorCode, type ErrorRecord, type RetryPolicy } from '@shotloom/kernel';
import {
  providerSpec,
  type PayloadOf,
  type attemptRefusedV1,
  type attemptSubmittedV1,
  type attemptUncertainV1,
} from '@shotloom/contracts';
import { Moment } from '../changes/moment';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import type { Orchestrator } from '../app.tokens';
import type { Applied } from './attempt-outcomes';
import { changeAttempt, inSeconds, isBeforeSubmitted, lockAttempt, type AttemptRow } from './attempt-rows';
import { failAttempt } from './fail-attempt';
import { lookForGivenUp, wasGivenUp } from './late-video';
import { tellOfSecondTask } from './second-task';
import { shownNow } from './shown';
import { startTimer, stopTimer } from './timers';
import { vendorHasIt } from './vendor-has-it';
import { healthOfError, OUTAGE, WELL } from './vendor-health';

type App = Pick<Orchestrator, 'models' | 'catalogue' | 'health'>;

/** What passes by itself and says nothing of the job. `unavailable` is ours: a key or an input could not be had, or the worker stops. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['provider_rate_limited', 'unavailable']);
/** Between two submits of the same attempt. */
const TURNED_AWAY: RetryPolicy = { maxAttempts: 50, baseMs: 2_000, factor: 2, maxMs: 60_000, jitter: 0.3 };
/** A task made a moment ago may not be listed yet. Seconds. */
const LOOKUP_AFTER = 3;
/** How often an operator is told of an attempt that nobody can resolve. Seconds. */
const ALARM_EVERY = 3_600;

/** The vendor took the task. After a callback that was faster it only adds what it knows. */
export async function attemptSubmitted(
  tx: JobsTx,
  { models, health }: App,
  report: PayloadOf<typeof attemptSubmittedV1>,
): Promise<Applied> {
  const locked = await lockAttempt(tx, report.attemptId);
  if (!locked) return 'unknown';
  const { job, attempt } = locked;
  const { vendorTaskId, notes } = report;
  if (attempt.fence !== report.fence) {
    tellOfSecondTask(tx, job, attempt, vendorTaskId);
    return 'stale';
  }
  tx.afterCommit(() => health.note(attempt.provider, attempt.credential_id, WELL));
  // Also where it was denied meanwhile and is offered again: it must not be bought a second time.
  if (isBeforeSubmitted(attempt)) {
    const times = models.timesOf(attempt.model);
    await vendorHasIt(tx, job, attempt, { vendorTaskId, phase: 'queued', notes, times });
    return 'applied';
  }
  if (attempt.vendor_task_id !== null) {
    tellOfSecondTask(tx, job, attempt, vendorTaskId);
    return 'stale';
  }
  if (wasGivenUp(attempt)) await lookForGivenUp(tx, job, attempt, vendorTaskId);
  else await changeAttempt(tx, attempt, { vendor_task_id: vendorTaskId });
  return 'applied';
}

/**
 * Nothing was bought. Where the vendor only is too busy, or it was not even called since something of ours was away, the same
 * attempt is sent again later: that is no try.
 */
export async function attemptRefused(
  tx: JobsTx,
  { catalogue, health }: App,
  report: PayloadOf<typeof attemptRefusedV1>,
): Promise<Applied> {
  const locked = await lockAttempt(tx, report.attemptId);
  if (!locked) return 'unknown';
  const { job, attempt } = locked;
  const waits = attempt.status === 'sending' || attempt.status === 'uncertain';
  if (attempt.fence !== report.fence || !waits) return 'stale';
  const error = AppError.fromRecord(report.error);
  tx.afterCommit(() => health.note(attempt.provider, attempt.credential_id, healthOfError(error.code)));
  const known = attempt.status === 'uncertain' ? await isCertain(tx, job, attempt) : job;
  const passes = error.retryable && PASSING.has(error.code);
  if (passes && job.cancel_requested_at === null && attempt.resends < TURNED_AWAY.maxAttempts) {
    const why = error.code === 'unavailable' ? error.message : `${attempt.provider} is too busy.`;
    const waitMs = error.retryAfterMs ?? backoffMs(TURNED_AWAY, attempt.resends + 1);
    await changeAttempt(tx, attempt, {
      status: 'submitting',
      worker_id: null,
      error: null,
      resends: attempt.resends + 1,
      due_at: inSeconds(waitMs / 1000),
    });
    logJob(tx, job.job_id, {
      level: 'WARN',
      text: `${why} It is sent again in ${Math.ceil(waitMs / 1000)} s. Nothing was bought.`,
      attempt,
    });
    return 'applied';
  }
  await failAttempt(tx, catalogue, known, attempt, error.toRecord());
  return 'applied';
}

/** The report came after the sweep had given the worker up: what became of the task is known now. */
async function isCertain(tx: JobsTx, job: JobRow, { attempt_id: attemptId }: AttemptRow): Promise<JobRow> {
  await stopTimer(tx, attemptId);
  const conditions = job.conditions.filter((condition) => condition !== 'uncertain');
  return changeJob(tx, job, { conditions });
}

/** The answer was lost: a video may be under way. It is looked up, never sent again, and the hold stays. */
export async function attemptUncertain(
  tx: JobsTx,
  { health }: App,
  report: PayloadOf<typeof attemptUncertainV1>,
): Promise<Applied> {
  const locked = await lockAttempt(tx, report.attemptId);
  if (!locked) return 'unknown';
  const { job, attempt } = locked;
  if (attempt.fence !== report.fence || attempt.status !== 'sending') return 'stale';
  tx.afterCommit(() => health.note(attempt.provider, attempt.credential_id, OUTAGE));
  await becomeUncertain(tx, job, attempt, AppError.fromRecord(report.error).toRecord());
  return 'applied';
}

/** Also where a worker fell silent after the fence: what it did is not known. */
export async function becomeUncertain(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  error: ErrorRecord | null,
): Promise<void> {
  const canLookUp = providerSpec(attempt.provider).poll?.lookup === true;
  const uncertain = await changeAttempt(tx, attempt, {
    status: 'uncertain',
    error,
    due_at: inSeconds(ALARM_EVERY),
  });
  if (canLookUp) await startTimer(tx, uncertain, 'lookup', LOOKUP_AFTER);
  logJob(tx, job.job_id, {
    level: 'WARN',
    text: canLookUp
      ? `The answer of ${attempt.provider} was lost. The task is looked up by our own id; it is never sent again.`
      : `The answer of ${attempt.provider} was lost, and it cannot be asked. A callback or the operator decides; the credits stay held.`,
    attempt: uncertain,
  });
  const conditions = [...new Set([...job.conditions, 'uncertain' as const])];
  const status = job.status === 'queued' ? { status: 'submitted' as const } : {};
  await changeJob(tx, job, {
    ...status,
    conditions,
    progress: shownNow(job, attempt),
    ...(job.started_at === null ? { started_at: Moment.now } : {}),
  });
}
