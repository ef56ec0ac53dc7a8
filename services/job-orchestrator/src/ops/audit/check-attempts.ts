import { attemptStateMachine, jobStateMachine, type AuditedAttempt, type Check } from '@shotloom/contracts';
import { count, failed, passed } from '../checks';
import { mustBeAsked } from '../vendor-waits';
import type { JobFacts } from './job-facts';

/** An attempt that should have moved this long ago is not late but stuck. Seconds. */
export const STUCK_SECONDS = 120;
const BUG_TODO =
  'Keep this report and look for the transition in the log of job-orchestrator: the code has a fault.';

/** What is under way, what waits at a vendor, and what was delivered. */
export function checkAttempts(facts: JobFacts): Check[] {
  return [oneActive(facts), delivered(facts), timers(facts), moving(facts)];
}

const isActive = ({ status }: AuditedAttempt): boolean => !attemptStateMachine.isTerminal(status);

function oneActive({ job, attempts }: JobFacts): Check {
  const active = attempts.filter(isActive);
  const named = active.map((attempt) => `${attempt.number} (${attempt.status})`).join(', ');
  if (active.length > 1)
    return failed('one-active', `Attempts ${named} are under way at the same time.`, BUG_TODO);
  if (active[0] && jobStateMachine.isTerminal(job.status))
    return failed('one-active', `The job is ${job.status} and attempt ${named} is under way.`, BUG_TODO);
  if ((active[0]?.attemptId ?? null) !== job.activeAttemptId)
    return failed(
      'one-active',
      `The job names the attempt ${job.activeAttemptId}, under way is ${named}.`,
      BUG_TODO,
    );
  return passed('one-active', active[0] ? `Attempt ${named} is under way.` : 'No attempt is under way.');
}

function delivered({ job, attempts }: JobFacts): Check {
  const stored = attempts.filter((attempt) => attempt.status === 'stored');
  if (job.status !== 'completed') {
    if (stored.length === 0 && job.assetId === null)
      return passed('delivered', `The job is ${job.status} and has no video.`);
    return failed('delivered', `The job is ${job.status} and has a stored video.`, BUG_TODO);
  }
  if (job.assetId === null) return failed('delivered', 'The job is completed and has no video.', BUG_TODO);
  if (stored.length !== 1)
    return failed(
      'delivered',
      `The job is completed by ${count(stored.length, 'stored attempt')}.`,
      BUG_TODO,
    );
  return passed('delivered', `Attempt ${stored[0]?.number} delivered the asset ${job.assetId}.`);
}

function timers({ at, attempts }: JobFacts): Check {
  // The timer of an attempt that has ended goes when it is due; one that looks for a late video stays.
  const idle = attempts.filter(
    (it) => !isActive(it) && it.timer?.verb !== 'late' && isLate(at, it.timer?.nextPollAt),
  );
  const blind = attempts.filter((it) => mustBeAsked(it) && !it.timer);
  const numbers = (list: readonly AuditedAttempt[]): string => list.map((it) => it.number).join(', ');
  if (idle.length > 0)
    return failed('timers', `Attempt ${numbers(idle)} has ended and is still asked for.`, BUG_TODO);
  if (blind.length > 0)
    return failed('timers', `Attempt ${numbers(blind)} waits at a vendor and nobody asks.`, BUG_TODO);
  const polled = attempts.filter((it) => isActive(it) && it.timer).length;
  return passed('timers', polled > 0 ? 'The vendor is asked about it.' : 'No vendor need be asked.');
}

function moving({ at, attempts }: JobFacts): Check {
  const late = attempts.find(({ dueAt }) => isLate(at, dueAt));
  if (!late) return passed('moving', 'Nothing is overdue.');
  const text = `Attempt ${late.number} (${late.status}) should have moved at ${late.dueAt}.`;
  return failed('moving', text, 'See docs/runbooks/stuck-jobs.md: `npm run ops -- stuck`.');
}

function isLate(at: Date, moment: string | null | undefined): boolean {
  return typeof moment === 'string' && at.getTime() - Date.parse(moment) > STUCK_SECONDS * 1000;
}
