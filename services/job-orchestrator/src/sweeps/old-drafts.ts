import { sql, type Selectable } from 'kysely';
import type { Database } from '@shotloom/database';
import { removeJob } from '../jobs/cancel-job';
import { noteLocked, type JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import type { JobsSchema, JobsTable } from '../schema/tables';

/** Users with drafts that are looked at in one step; each has a bounded number. */
const USERS = 25;
/** Drafts that are removed in one step, which is one transaction. */
const MOST = 200;
/** Before all users. */
const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Removes drafts that nobody has run for long: their sources are kept as long as they are there. Walks over the users who have any, a
 * step at a time, and over again.
 */
export class OldDrafts {
  private after = FIRST;

  constructor(
    private readonly database: Pick<Database<JobsSchema>, 'run'>,
    /** So long after it was made a draft is removed. */
    private readonly keepDays: number,
  ) {}

  /** One step; returns how many drafts it removed. Throws where the database does; the next call then takes the same step. */
  async step(): Promise<number> {
    const { users, removed } = await this.database.run(async (tx) => {
      const users = await nextUsers(tx, this.after);
      const drafts = users.length === 0 ? [] : await this.lockOld(tx, users);
      const why = `It was not run within ${this.keepDays} days, so it was removed.`;
      for (const draft of drafts) await removeJob(tx, draft, why);
      return { users, removed: drafts.length };
    });
    // These users may have more.
    if (removed === MOST) return removed;
    this.after = users.length < USERS ? FIRST : (users.at(-1) ?? FIRST);
    return removed;
  }

  /** Those that somebody runs or deletes at this moment are left to them. */
  private async lockOld(tx: JobsTx, users: readonly string[]): Promise<JobRow[]> {
    const { rows } = await sql<Selectable<JobsTable> & { locked_at: Date }>`
      SELECT *, clock_timestamp() AS locked_at FROM jobs.jobs
      WHERE status = 'draft' AND owner_user_id = ANY (${users}::uuid[])
        AND created_at < clock_timestamp() - make_interval(days => ${this.keepDays}::int)
      ORDER BY job_id LIMIT ${MOST} FOR UPDATE SKIP LOCKED`.execute(tx.sql);
    return rows.map((row) => noteLocked(tx, row));
  }
}

/** The users are stepped through by the index of drafts, which holds nothing else. */
async function nextUsers(tx: JobsTx, after: string): Promise<string[]> {
  const next = (than: ReturnType<typeof sql>) => sql`
    SELECT owner_user_id AS id FROM jobs.jobs WHERE status = 'draft' AND owner_user_id > ${than}
    ORDER BY owner_user_id LIMIT 1`;
  const { rows } = await sql<{ id: string }>`
    WITH RECURSIVE known AS (
      (SELECT first.id, 1 AS turn FROM (${next(sql`${after}::uuid`)}) AS first)
      UNION ALL
      SELECT other.id, known.turn + 1 FROM known CROSS JOIN LATERAL (${next(sql`known.id`)}) AS other
      WHERE known.turn < ${USERS}::int
    )
    SELECT id FROM known ORDER BY id`.execute(tx.sql);
  return rows.map(({ id }) => id);
}
