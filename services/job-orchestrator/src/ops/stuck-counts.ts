import { sql } from 'kysely';
import { countDead, type Bus } from '@shotloom/bus';
import { clockOnce, OUTBOX_PARTITIONS, type Database } from '@shotloom/database';
import { listOverdueHolds } from '@shotloom/ledger';
import type { JobsSchema } from '../schema/tables';
import { STUCK_SECONDS } from './audit/check-attempts';

/** Counts stop here: beyond it only "very many" matters. */
const COUNTED = 10_000;
const HOLDS = 1_000;

/** What does not move, in numbers. Ages in seconds, 0 where there is nothing. */
export interface StuckCounts {
  readonly overdueAttempts: number;
  readonly uncertainAttempts: number;
  readonly oldestUncertainSeconds: number;
  readonly oldestUnpublishedSeconds: number;
  readonly deadOutbox: number;
  readonly deadLetters: number;
  readonly overdueHolds: number;
}

type Row = Omit<StuckCounts, 'deadLetters'>;

/** A few index probes, whatever the size of the tables. */
export async function countStuck(database: Database<JobsSchema>, bus: Bus): Promise<StuckCounts> {
  const row = await readCounts(database);
  const dead = await countDead(bus);
  return { ...row, deadLetters: dead.reduce((sum, { count }) => sum + count, 0) };
}

/** The same without the broker, for metrics. */
export async function readCounts(database: Pick<Database<JobsSchema>, 'sql'>): Promise<Row> {
  const { rows } = await sql<Omit<Row, 'overdueHolds'>>`
    SELECT
      (SELECT count(*)::int FROM (SELECT 1 FROM jobs.attempts WHERE finished_at IS NULL
        AND due_at < ${clockOnce} - make_interval(secs => ${STUCK_SECONDS}) LIMIT ${COUNTED}) AS late)
        AS "overdueAttempts",
      (SELECT count(*)::int FROM (SELECT 1 FROM jobs.attempts WHERE status = 'uncertain' LIMIT ${COUNTED}) AS lost)
        AS "uncertainAttempts",
      (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(started_at)), 0)::float8 FROM jobs.attempts
        WHERE status = 'uncertain') AS "oldestUncertainSeconds",
      (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(front.created_at)), 0)::float8
        FROM generate_series(0, ${OUTBOX_PARTITIONS - 1}::int) AS lane CROSS JOIN LATERAL (SELECT created_at FROM jobs.outbox
          WHERE partition = lane::smallint AND published_at IS NULL AND dead_at IS NULL ORDER BY seq LIMIT 1) AS front)
        AS "oldestUnpublishedSeconds",
      (SELECT count(*)::int FROM (SELECT 1 FROM jobs.outbox WHERE dead_at IS NOT NULL LIMIT ${COUNTED}) AS dead)
        AS "deadOutbox"`.execute(database.sql);
  const [row] = rows;
  if (!row) throw new Error('A statement without a table gave no row.');
  return { ...row, overdueHolds: (await listOverdueHolds(database.sql, HOLDS)).length };
}
