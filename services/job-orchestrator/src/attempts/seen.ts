import { sql } from 'kysely';
import type { PayloadOf, attemptsSeenV1 } from '@shotloom/contracts';
import type { Orchestrator } from '../app.tokens';
import { sendProgress } from '../jobs/job-progress';
import { shownProgress } from '../jobs/job-row';
import { applyOutcome, type Answer } from './apply-outcome';
import { isBeforeSubmitted, type AttemptRow } from './attempt-rows';
import { reached } from '../models/reached';

type Seen = PayloadOf<typeof attemptsSeenV1>;

/** What decides whether an answer is news, read for all answers at once and without a lock. */
interface Known extends Pick<
  AttemptRow,
  | 'attempt_id'
  | 'job_id'
  | 'owner_user_id'
  | 'status'
  | 'progress'
  | 'kind'
  | 'submitted_at'
  | 'usual_seconds'
> {
  poll_no: number | null;
  misses: number | null;
  version: number;
  floor: number;
}

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
  const known = await readKnown(
    app,
    seen.answers.map(({ attemptId }) => attemptId),
  );
  const unknown = seen.answers.filter(({ attemptId }) => !known.has(attemptId));
  // All at once, so that those that are news share a transaction.
  const applied = await Promise.all(
    seen.answers.map(async (answer) => {
      const row = known.get(answer.attemptId);
      return row !== undefined && !isOld(answer, row) && (await takeOne(app, answer, row));
    }),
  );
  return {
    applied: applied.filter((changed) => changed).length,
    unknown: unknown.map(({ attemptId }) => attemptId),
  };
}

async function takeOne(app: Orchestrator, answer: Answer, row: Known): Promise<boolean> {
  tellProgress(app, answer, row);
  if (!isNews(answer, row)) return false;
  const { applied, took } = await app.changes.run({
    key: row.job_id,
    work: (tx) => applyOutcome(tx, app, answer),
  });
  if (took !== undefined) app.models.observe(took.model, took.seconds);
  return applied;
}

async function readKnown(app: Orchestrator, ids: readonly string[]): Promise<Map<string, Known>> {
  const { rows } = await sql<Known>`
    SELECT attempt.attempt_id, attempt.job_id, attempt.owner_user_id, attempt.status, attempt.progress, attempt.kind,
      attempt.submitted_at, attempt.usual_seconds, timer.poll_no, timer.misses, job.version, job.progress AS floor
    FROM jobs.attempts AS attempt JOIN jobs.jobs AS job ON job.job_id = attempt.job_id
      LEFT JOIN jobs.timers AS timer ON timer.attempt_id = attempt.attempt_id
    WHERE attempt.attempt_id = ANY (${ids}::uuid[])`.execute(app.database.sql);
  return new Map(rows.map((row) => [row.attempt_id, row]));
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
