import { Moment } from '../changes/moment';
import { sessionOf } from '../changes/session';
import { emitCancel } from '../attempts/attempt-messages';
import { giveUp } from '../attempts/late-video';
import { changeAttempt, inSeconds, type AttemptRow } from '../attempts/attempt-rows';
import { shownNow } from '../attempts/shown';
import { askNow, startTimer } from '../attempts/timers';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';

/** For the last look to be sent, answered and taken in. */
const LAST_LOOK_SECONDS = 30;

/** A vendor takes longer than usual: first `slow`, then `overdue` with a look at the vendor, and at the hard limit, after a last look, the end. */
export async function waitIsLong(tx: JobsTx, job: JobRow, attempt: AttemptRow): Promise<void> {
  const now = sessionOf(tx).now();
  const overdue = attempt.deadline_at <= now;
  const over = attempt.hard_limit_at !== null && attempt.hard_limit_at <= now;
  // Its message, or the answer to it, may have been lost.
  if (job.cancel_requested_at !== null && !over) emitCancel(tx, attempt);
  if (over) return attempt.last_look ? giveUp(tx, job, attempt) : lookOnceMore(tx, attempt);
  if (overdue) return becomeOverdue(tx, job, attempt);
  return becomeSlow(tx, job, attempt);
}

async function becomeSlow(tx: JobsTx, job: JobRow, attempt: AttemptRow): Promise<void> {
  await changeAttempt(tx, attempt, { due_at: Moment.notBefore(attempt.deadline_at) });
  const conditions = [...new Set([...job.conditions, 'slow' as const])];
  logJob(tx, job.job_id, {
    level: 'INFO',
    text: 'It takes longer than most videos of this model do.',
    attempt,
  });
  await changeJob(tx, job, { conditions, progress: shownNow(job, attempt) });
}

async function becomeOverdue(tx: JobsTx, job: JobRow, attempt: AttemptRow): Promise<void> {
  await changeAttempt(tx, attempt, {
    due_at: Moment.notBefore(attempt.hard_limit_at ?? attempt.deadline_at),
  });
  await askNow(tx, attempt.attempt_id);
  const others = job.conditions.filter((condition) => condition !== 'slow');
  logJob(tx, job.job_id, {
    level: 'WARN',
    text: `It is past the longest wait of ${job.longest_wait_seconds} s. The vendor is asked again; the credits stay held.`,
    attempt,
  });
  await changeJob(tx, job, {
    conditions: [...new Set([...others, 'overdue' as const])],
    progress: shownNow(job, attempt),
  });
}

async function lookOnceMore(tx: JobsTx, attempt: AttemptRow): Promise<void> {
  const looking = await changeAttempt(tx, attempt, {
    last_look: true,
    due_at: inSeconds(LAST_LOOK_SECONDS),
  });
  await startTimer(tx, looking, 'poll', 0);
}
