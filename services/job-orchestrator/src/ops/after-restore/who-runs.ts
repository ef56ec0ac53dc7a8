import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { presentStreams, type Bus, type Topology } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { JobsSchema } from '../../schema/tables';

/** Services that have a database. What has none is known by the streams that it reads. */
const WITH_DATABASE = ['gateway', 'job-orchestrator', 'storage', 'webhooks'];
/** What has just ended is seen by the servers for a moment more. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 200;
const SHOWN = 5;

interface Parts {
  readonly database: Database<JobsSchema>;
  readonly bus: Bus;
}

/**
 * Throws `conflict` while anything of the platform runs: a scheduler would start attempts from rows that are about to change, and a
 * worker may be sending one that is about to be called uncertain.
 */
export async function assertNothingRuns(parts: Parts, topology: Topology): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const running = await whatRuns(parts, topology);
    if (running.length === 0) return;
    if (performance.now() > until) {
      const shown = running.slice(0, SHOWN).join(', ');
      const message = `The platform runs (${shown}): stop every service first. Nothing was changed.`;
      throw new AppError('conflict', message);
    }
    await delay(PAUSE_MS);
  }
}

async function whatRuns({ database, bus }: Parts, topology: Topology): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT DISTINCT application_name AS name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = ANY (${WITH_DATABASE}::text[]) ORDER BY 1`.execute(
    database.sql,
  );
  const streams = await presentStreams(bus, topology);
  const readers = streams.flatMap(({ name, read }) => read.map((reader) => `${name}/${reader}`));
  return [...rows.map(({ name }) => name), ...readers];
}
