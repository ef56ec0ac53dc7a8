import { AppError, assertNever } from '@shotloom/kernel';
import type { PayloadOf, VendorOutcome, attemptsSeenV1 } from '@shotloom/contracts';
import type { Orchestrator } from '../app.tokens';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import { changeAttempt, isBeforeSubmitted, lockAttempt, type AttemptRow } from './attempt-rows';
import { failAttempt } from './fail-attempt';
import { lateVideo } from './late-video';
import { notBought } from './resolve-uncertain';
import { tellOfSecondTask } from './second-task';
import { shownNow } from './shown';
import { countMiss, forgetMisses } from './timers';
import { statusOf, vendorHasIt } from './vendor-has-it';
import { videoIsThere } from './video-is-there';

export type Answer = PayloadOf<typeof attemptsSeenV1>['answers'][number];
type App = Pick<Orchestrator, 'models' | 'catalogue' | 'metrics'>;

export interface OutcomeResult {
  readonly applied: boolean;
  /** There is no such attempt. */
  readonly isUnknown?: boolean;
  /** How long the vendor took, where the video is there now. */
  readonly took?: { readonly model: string; readonly seconds: number } | undefined;
}

const NOTHING: OutcomeResult = { applied: false };
const APPLIED: OutcomeResult = { applied: true };
/** A task made a moment ago may not be listed yet: so many lookups in a row must deny it before it is believed not to be there. */
const LOOKUPS_THAT_MISS = 4;

/** One answer about one attempt, in one transaction. An attempt that has ended changes only by a video that came late. */
export async function applyOutcome(tx: JobsTx, app: App, answer: Answer): Promise<OutcomeResult> {
  const locked = await lockAttempt(tx, answer.attemptId);
  if (!locked) return { ...NOTHING, isUnknown: true };
  const { job, attempt } = locked;
  const { outcome } = answer;
  if (attempt.finished_at !== null) return lateVideo(tx, job, attempt, answer);
  // A late answer about what is stored already tells nothing.
  if (attempt.status === 'storing') return NOTHING;
  // Offered again, so only what proves that the vendor has the task counts.
  if (attempt.status === 'submitting' && outcome.kind !== 'running' && outcome.kind !== 'succeeded') {
    return NOTHING;
  }
  switch (outcome.kind) {
    case 'running':
      return isRunning(tx, app, job, attempt, answer, outcome);
    case 'succeeded': {
      const known = await withTask(tx, app, job, attempt, answer);
      return videoIsThere(tx, known.job, known.attempt, { ...outcome, since: attempt.submitted_at });
    }
    case 'failed':
      return hasFailed(tx, app, { job, attempt }, answer, outcome);
    case 'notFound':
      return isNotFound(tx, job, attempt, answer);
    case 'unknownStatus':
    case 'unreadable':
    case 'unavailable':
      return toldNothing(tx, job, attempt, answer, outcome);
    default:
      return assertNever(outcome, 'outcome');
  }
}

async function hasFailed(
  tx: JobsTx,
  { catalogue }: App,
  { job, attempt }: { readonly job: JobRow; readonly attempt: AttemptRow },
  { vendorTaskId }: Answer,
  { error, cost }: Extract<VendorOutcome, { kind: 'failed' }>,
): Promise<OutcomeResult> {
  if (vendorTaskId !== null && isOfAnother(attempt, vendorTaskId)) {
    tellOfSecondTask(tx, job, attempt, vendorTaskId);
    return NOTHING;
  }
  await changeAttempt(tx, attempt, { cost });
  await failAttempt(tx, catalogue, job, attempt, AppError.fromRecord(error).toRecord());
  return APPLIED;
}

/** A callback may tell of a task that was denied, before the attempt was bought again: its failure is not that of the one that is waited for. */
const isOfAnother = ({ vendor_task_id: known }: AttemptRow, vendorTaskId: string): boolean =>
  known !== null && vendorTaskId !== known;

/** An answer before `attempt.submitted` implies it: a lookup found the task, or a callback was faster than the submit's answer. */
async function withTask(
  tx: JobsTx,
  { models }: App,
  job: JobRow,
  attempt: AttemptRow,
  { vendorTaskId }: Answer,
): Promise<{ job: JobRow; attempt: AttemptRow }> {
  if (!isBeforeSubmitted(attempt)) return { job, attempt };
  return vendorHasIt(tx, job, attempt, {
    vendorTaskId,
    phase: 'queued',
    times: models.timesOf(attempt.model),
  });
}

async function isRunning(
  tx: JobsTx,
  app: App,
  job: JobRow,
  attempt: AttemptRow,
  answer: Answer,
  { phase, progress }: Extract<VendorOutcome, { kind: 'running' }>,
): Promise<OutcomeResult> {
  await forgetMisses(tx, attempt.attempt_id);
  if (isBeforeSubmitted(attempt)) {
    const { vendorTaskId } = answer;
    await vendorHasIt(tx, job, attempt, { vendorTaskId, phase, times: app.models.timesOf(attempt.model) });
    return APPLIED;
  }
  const begins = attempt.status === 'submitted' && phase === 'running';
  const moved = await changeAttempt(tx, attempt, {
    ...(begins ? { status: 'running' } : {}),
    progress: Math.max(attempt.progress, progress ?? 0),
  });
  if (!begins) return APPLIED;
  logJob(tx, job.job_id, { level: 'INFO', text: `${attempt.provider} is making it.`, attempt });
  await changeJob(tx, job, { ...statusOf(job, 'running'), progress: shownNow(job, moved) });
  return APPLIED;
}

/** Of a lookup: after enough of them nothing was bought. Of a poll: kept asking until the deadline (a vendor forgets and remembers). */
async function isNotFound(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  { pollNo }: Answer,
): Promise<OutcomeResult> {
  const counted = await countMiss(tx, attempt.attempt_id, { pollNo, denies: true });
  if (counted === null) return NOTHING;
  if (attempt.status === 'uncertain' && counted.denials >= LOOKUPS_THAT_MISS) {
    await notBought(tx, job, attempt, `${attempt.provider} says that it has no such task`);
    return APPLIED;
  }
  if (counted.misses === 1 && attempt.status !== 'uncertain') {
    const text = `${attempt.provider} does not know the task at the moment; it is asked again until the deadline.`;
    logJob(tx, job.job_id, { level: 'WARN', text, attempt });
  }
  return NOTHING;
}

/** A word or a shape that we do not know, or no answer at all. None of them ends an attempt. */
async function toldNothing(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  { pollNo }: Answer,
  outcome: Extract<VendorOutcome, { kind: 'unknownStatus' | 'unreadable' | 'unavailable' }>,
): Promise<OutcomeResult> {
  const counted = await countMiss(tx, attempt.attempt_id, { pollNo, denies: false });
  if (counted?.misses !== 1) return NOTHING;
  const what =
    outcome.kind === 'unknownStatus'
      ? `gave a status that we do not know ("${outcome.word.slice(0, 60)}")`
      : outcome.kind === 'unreadable'
        ? `answered in a way that we cannot read (${outcome.error.message.slice(0, 120)})`
        : `could not be asked (${outcome.error.message.slice(0, 120)})`;
  logJob(tx, job.job_id, {
    level: 'WARN',
    text: `${attempt.provider} ${what}; it is asked again.`,
    attempt,
  });
  return NOTHING;
}
