import type { PayloadOf, attemptCancelAnsweredV1 } from '@shotloom/contracts';
import type { JobsTx } from '../jobs/job-changes';
import { cancelJob } from '../jobs/job-endings';
import { logJob } from '../log/log-entry';
import type { Applied } from './attempt-outcomes';
import { endAttempt, lockAttempt } from './attempt-rows';
import { askNow, stopTimer } from './timers';

type Answer = PayloadOf<typeof attemptCancelAnsweredV1>;

const WORDS: Readonly<Record<Answer['verdict'], string>> = {
  cancelled: 'has stopped the task',
  requested: 'was asked to stop; the task ends when it says so',
  tooLate: 'cannot stop it any more',
  unavailable: 'could not be asked to stop',
};

/** What the vendor said to a cancel. Only `cancelled` ends the job; everything else waits for the task's own end. */
export async function cancelAnswered(tx: JobsTx, { attemptId, verdict }: Answer): Promise<Applied> {
  const locked = await lockAttempt(tx, attemptId);
  if (!locked) return 'unknown';
  const { job, attempt } = locked;
  const waits = attempt.status === 'submitted' || attempt.status === 'running';
  if (!waits || job.cancel_requested_at === null) return 'stale';
  logJob(tx, job.job_id, { level: 'INFO', text: `${attempt.provider} ${WORDS[verdict]}.`, attempt });
  if (verdict !== 'cancelled') {
    await askNow(tx, attemptId);
    return 'applied';
  }
  await endAttempt(tx, attempt, 'cancelled');
  await stopTimer(tx, attemptId);
  await cancelJob(tx, job, attempt.progress);
  return 'applied';
}
