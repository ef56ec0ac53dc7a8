import { Moment } from '../changes/moment';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import type { ModelTimes } from '../models/durations';
import { emitCancel } from './attempt-messages';
import { changeAttempt, inSeconds, type AttemptRow } from './attempt-rows';
import { shownNow } from './shown';
import { firstPollSeconds, startTimer } from './timers';

/** How long a video is waited for, as a multiple of the model's longest wait (design, section 4.8). */
export const HARD_LIMIT_FACTOR = 2;

/** The vendor has the task: from now on the attempt waits in a row, and its own deadlines begin. */
export async function vendorHasIt(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  what: {
    readonly vendorTaskId: string | null;
    readonly phase: 'queued' | 'running';
    readonly notes?: readonly string[];
    readonly times: ModelTimes;
  },
): Promise<{ job: JobRow; attempt: AttemptRow }> {
  const { vendorTaskId, phase, notes = [], times } = what;
  const longest = job.longest_wait_seconds;
  const slow = Math.min(Math.max(times.p95, times.p50), longest);
  const waiting = await changeAttempt(tx, attempt, {
    status: phase === 'running' ? 'running' : 'submitted',
    vendor_task_id: vendorTaskId ?? attempt.vendor_task_id,
    submitted_at: Moment.now,
    usual_seconds: times.p50,
    slow_at: inSeconds(slow),
    deadline_at: inSeconds(longest),
    hard_limit_at: inSeconds(longest * HARD_LIMIT_FACTOR),
    due_at: inSeconds(slow),
    resends: 0,
    error: null,
  });
  await startTimer(tx, waiting, 'poll', firstPollSeconds(attempt.provider));
  const known = waiting.vendor_task_id;
  logJob(tx, job.job_id, {
    level: 'INFO',
    text: `${attempt.provider} has taken the task${known === null ? '' : ` as ${known}`}.`,
    attempt: waiting,
  });
  if (job.cancel_requested_at !== null) emitCancel(tx, waiting);
  const changed = await changeJob(tx, job, {
    ...statusOf(job, phase),
    conditions: job.conditions.filter((condition) => condition !== 'uncertain'),
    progress: shownNow(job, attempt),
    notes: [...job.notes, ...notes],
    ...(job.started_at === null ? { started_at: Moment.now } : {}),
  });
  return { job: changed, attempt: waiting };
}

/** A job never goes back: a second attempt leaves the state of the first, and the stage says what happens now. */
export function statusOf(
  job: JobRow,
  phase: 'queued' | 'running',
): Pick<JobRow, 'stage'> & Partial<Pick<JobRow, 'status'>> {
  if (phase === 'running') {
    const status = job.status === 'storing' ? {} : { status: 'processing' as const };
    return { ...status, stage: 'running' };
  }
  return job.status === 'queued' ? { status: 'submitted', stage: null } : { stage: job.stage };
}
