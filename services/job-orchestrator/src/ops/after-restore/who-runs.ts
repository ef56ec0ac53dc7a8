import { sql } from 'kysely';
import { presentStreams, type Bus, type Topology } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { JobsSchema } from '../../schema/tables';

/** Services that have a database. What has none is known by the streams that it reads. */
const WITH_DATABASE = ['gateway', 'job-orchestrator', 'storage', 'webhooks'];

/**
 * Throws `conflict` while anything of the platform runs: a scheduler would start attempts from rows that are about to change, and a
 * worker may be sending one that is about to be called uncertain.
 */
export async function assertNothingRuns(
  { database, bus }: { readonly database: Database<JobsSchema>; readonly bus: Bus },
  topology: Topology,
): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    SELECT DISTINCT application_name AS name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = ANY (${WITH_DATABASE}::text[]) ORDER BY 1`.execute(
    database.sql,
  );
  const streams = await presentStreams(bus, topology);
  const readers = streams.flatMap(({ name, read }) => read.map((reader) => `${name}/${reader}`));
  const running = [...rows.map(({ name }) => name), ...readers];
  if (running.length === 0) return;
  const shown = running.slice(0, 5).join(', ');
  throw new AppError(
    'conflict',
    `The platform runs (${shown}): stop every service first. Nothing was changed.`,
  );
}
