import type { PayloadOf, attemptsSeenV1 } from '@shotloom/contracts';
import type { Orchestrator } from '../app.tokens';
import { sendProgress } from '../jobs/job-progress';
import { shownProgress } from '../jobs/job-row';
import { applyOutcome, type Answer } from './apply-outcome';
import { takeIn } from './take-in';
import { isBeforeSubmitted } from './attempt-rows';
import type { Known } from './known-attempts';
import { reached } from '../models/reached';

type Seen = PayloadOf<typeof attemptsSeenV1>;

/** Less than this is not written: the next answer brings it along. */
const WORTH_WRITING = 0.01;

/**
 * Takes in what looks at tasks gave. Answers that change nothing write nothing; of the others each is a transaction of its own.
 * Returns how many changed something, and the ids that no attempt has.
 */
export async function takeSeen(
  app: Orchestrator,
  seen: Seen,
): Promise<{ applied: number; unknown: readonly string[] }> {
  const [ends, others] = [seen.answers.filter(isEnd), seen.answers.filter((answer) => !isEnd(answer))];
  // All at once, so that those that are news share a transaction.
  const results = await Promise.all([...ends.map((answer) => take(app, answer)), takeOthers(app, others)]);
  const all = results.flat();
  return {
    applied: all.filter(({ applied }) => applied).length,
    unknown: all.flatMap(({ unknown }) => unknown ?? []),
  };
}

/** An end is news whatever the rows say, so they are read only under their locks. */
const isEnd = ({ outcome }: Answer): boolean => outcome.kind === 'succeeded' || outcome.kind === 'failed';

interface Taken {
  readonly applied: boolean;
  readonly unknown?: string;
}

const NOTHING: Taken = { applied: false };

async function takeOthers(app: Orchestrator, answers: readonly Answer[]): Promise<Taken[]> {
  return Promise.all(
    answers.map(async (answer) => {
      const row = await app.known.add(answer.attemptId);
      if (row === undefined) return { applied: false, unknown: answer.attemptId };
      if (isOld(answer, row)) return NOTHING;
      tellProgress(app, answer, row);
      return isNews(answer, row) ? take(app, answer) : NOTHING;
    }),
  );
}

async function take(app: Orchestrator, answer: Answer): Promise<Taken> {
  const { attemptId } = answer;
  const { applied, isUnknown, took } = await takeIn(app, {
    attemptId,
    work: (tx) => applyOutcome(tx, app, answer),
  });
  if (took !== undefined) app.models.observe(took.model, took.seconds);
  return { applied, ...(isUnknown === true ? { unknown: attemptId } : {}) };
}

/** An answer to an earlier question may still end an attempt, and nothing else. */
function isOld({ pollNo, outcome }: Answer, { poll_no: latest }: Known): boolean {
  const ends = outcome.kind === 'succeeded' || outcome.kind === 'failed';
  return !ends && pollNo !== null && latest !== null && pollNo < latest;
}

function isNews({ outcome }: Answer, { status, progress, misses }: Known): boolean {
  if (outcome.kind !== 'running') return true;
  if ((misses ?? 0) > 0) return true;
  if (isBeforeSubmitted({ status })) return true;
  if (status === 'submitted' && outcome.phase === 'running') return true;
  return (
    (status === 'submitted' || status === 'running') &&
    outcome.progress !== null &&
    outcome.progress >= progress + WORTH_WRITING
  );
}

function tellProgress(app: Orchestrator, { outcome }: Answer, row: Known): void {
  if (outcome.kind !== 'running' || (row.status !== 'running' && row.status !== 'submitted')) return;
  const told = { ...row, progress: Math.max(row.progress, outcome.progress ?? 0) };
  const { progress, estimated } = reached(told, new Date());
  sendProgress(app.bus, {
    jobId: row.job_id,
    ownerUserId: row.owner_user_id,
    version: row.version,
    progress: shownProgress(row.floor, progress),
    progressEstimated: estimated,
    step: outcome.phase === 'queued' ? 'Waiting at the engine' : 'Being made',
  });
}
