import { sql, type RawBuilder } from 'kysely';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../../schema/tables';
import { STUCK_SECONDS } from '../audit/check-attempts';
import { LOOKUP_PROVIDERS } from '../vendor-waits';
import type { Violations } from './violation';

const PAGE = 1_000;

interface Rule {
  readonly rule: string;
  readonly text: string;
  readonly todo: string;
  /** Rows that break it, by attempt id, above the last one of the page before. */
  readonly rows: (after: string | null) => RawBuilder<{ job_id: string; attempt_id: string }>;
}

const AUDIT = 'Run `npm run ops -- audit <job>`: its story says which transition went wrong.';
const above = (after: string | null): RawBuilder<unknown> =>
  after === null ? sql`TRUE` : sql`attempt.attempt_id > ${after}::uuid`;

const RULES: readonly Rule[] = [
  {
    rule: 'attempt-of-ended-job',
    text: 'it is under way and its job has ended',
    todo: AUDIT,
    rows: (after) => sql`
      SELECT attempt.job_id, attempt.attempt_id FROM jobs.attempts AS attempt JOIN jobs.jobs AS job USING (job_id)
      WHERE attempt.finished_at IS NULL AND job.finished_at IS NOT NULL AND ${above(after)}
      ORDER BY attempt.attempt_id LIMIT ${PAGE}`,
  },
  {
    rule: 'attempt-unknown-to-job',
    text: 'it is under way and its job names another attempt, or none',
    todo: AUDIT,
    rows: (after) => sql`
      SELECT attempt.job_id, attempt.attempt_id FROM jobs.attempts AS attempt JOIN jobs.jobs AS job USING (job_id)
      WHERE attempt.finished_at IS NULL AND job.finished_at IS NULL
        AND job.active_attempt_id IS DISTINCT FROM attempt.attempt_id AND ${above(after)}
      ORDER BY attempt.attempt_id LIMIT ${PAGE}`,
  },
  {
    rule: 'job-waits-for-ended-attempt',
    text: 'it has ended and its job still waits for it',
    todo: AUDIT,
    rows: (after) => sql`
      SELECT attempt.job_id, attempt.attempt_id FROM jobs.jobs AS job
      JOIN jobs.attempts AS attempt ON attempt.attempt_id = job.active_attempt_id
      WHERE job.finished_at IS NULL AND attempt.finished_at IS NOT NULL AND ${above(after)}
      ORDER BY attempt.attempt_id LIMIT ${PAGE}`,
  },
  {
    rule: 'timer-of-ended-attempt',
    text: 'it has ended and its timer was not taken away when it was due',
    todo: 'Does the planner of job-orchestrator run for this provider? `npm run ops -- stuck` shows the oldest timers.',
    rows: (after) => sql`
      SELECT attempt.job_id, attempt.attempt_id FROM jobs.timers AS timer JOIN jobs.attempts AS attempt USING (attempt_id)
      WHERE attempt.finished_at IS NOT NULL AND timer.verb <> 'late'
        AND timer.next_poll_at < clock_timestamp() - make_interval(secs => ${STUCK_SECONDS}) AND ${above(after)}
      ORDER BY attempt.attempt_id LIMIT ${PAGE}`,
  },
  {
    rule: 'vendor-wait-without-timer',
    text: 'it waits at a vendor and nobody asks for it',
    todo: `${AUDIT} The hold stays until it is resolved: look for the task in the vendor's console.`,
    rows: (after) => sql`
      SELECT attempt.job_id, attempt.attempt_id FROM jobs.attempts AS attempt
      LEFT JOIN jobs.timers AS timer USING (attempt_id)
      WHERE attempt.finished_at IS NULL AND attempt.kind = 'poll' AND timer.attempt_id IS NULL
        AND (attempt.status IN ('submitted', 'running')
          OR (attempt.status = 'uncertain' AND attempt.provider = ANY (${LOOKUP_PROVIDERS}))) AND ${above(after)}
      ORDER BY attempt.attempt_id LIMIT ${PAGE}`,
  },
];

/** Attempts and timers against their jobs. Only what is under way is read, not the history. */
export async function checkAllAttempts(
  database: Database<JobsSchema>,
  violations: Violations,
): Promise<void> {
  for (const { rule, text, todo, rows } of RULES) {
    let after: string | null = null;
    for (let more = true; more;) {
      const page: { job_id: string; attempt_id: string }[] = (await rows(after).execute(database.sql)).rows;
      for (const { job_id: jobId, attempt_id: attemptId } of page)
        violations.add({ rule, jobId, attemptId, text, todo });
      after = page.at(-1)?.attempt_id ?? null;
      more = page.length === PAGE;
    }
  }
}
