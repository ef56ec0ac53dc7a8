import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { JobsSchema } from '../../schema/tables';

/** Messages of one schema's outbox that go out again. */
export interface SentAgain {
  readonly schema: string;
  readonly messages: number;
}

/**
 * Messages that were published shortly before the database ends and may not have been handled by then: the streams that had them are
 * gone, and their consumers take a second one for the first. A dry run only counts them. Throws `forbidden` where the role may not
 * change the outbox of every service.
 */
export async function sendAgain(
  database: Database<JobsSchema>,
  { minutes, dryRun }: { readonly minutes: number; readonly dryRun: boolean },
): Promise<SentAgain[]> {
  const sent: SentAgain[] = [];
  for (const schema of await outboxes(database)) {
    const outbox = sql.id(schema, 'outbox');
    const late = sql`published_at IS NOT NULL
      AND created_at > (SELECT max(created_at) FROM ${outbox}) - make_interval(mins => ${minutes}::int)`;
    if (dryRun) {
      const { rows } = await sql<{ messages: number }>`
        SELECT count(*)::int AS messages FROM ${outbox} WHERE ${late}`.execute(database.sql);
      sent.push({ schema, messages: rows[0]?.messages ?? 0 });
    } else {
      const { numAffectedRows = 0n } = await sql`
        UPDATE ${outbox} SET published_at = NULL WHERE ${late}`.execute(database.sql);
      sent.push({ schema, messages: Number(numAffectedRows) });
    }
  }
  return sent;
}

async function outboxes(database: Database<JobsSchema>): Promise<string[]> {
  const { rows } = await sql<{ schema: string; allowed: boolean }>`
    SELECT schemaname AS schema,
      CASE WHEN has_schema_privilege(schemaname, 'USAGE')
        THEN has_table_privilege(format('%I.outbox', schemaname), 'UPDATE') ELSE false END AS allowed
    FROM pg_catalog.pg_tables WHERE tablename = 'outbox' ORDER BY 1`.execute(database.sql);
  const closed = rows.filter(({ allowed }) => !allowed).map(({ schema }) => schema);
  if (closed.length === 0) return rows.map(({ schema }) => schema);
  const message = `This role may not change ${closed.join(', ')}: set DATABASE_URL for the role that owns all schemas.`;
  throw new AppError('forbidden', message);
}
