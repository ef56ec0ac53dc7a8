import { Client } from 'pg';
import { startPlatform, waitFor, type PlatformOptions, type RunningPlatform } from '@shotloom/testing';
import { seedUsers, type BenchUser } from './users';

/** A platform of its own with users, and a connection past the API to look at what is really there. */
export interface World {
  readonly platform: RunningPlatform;
  readonly sql: Client;
  readonly users: readonly BenchUser[];
  close(): Promise<void>;
}

export interface WorldOptions extends PlatformOptions {
  readonly users: number;
  /** Services that the scenario has no need of. A worker that renders would take the cores from what is measured. */
  readonly without?: readonly string[];
}

export async function openWorld({ users, without = [], ...options }: WorldOptions): Promise<World> {
  const platform = await startPlatform(options);
  const sql = newClient(platform);
  const close = async (): Promise<void> => {
    await sql.end().catch(() => undefined);
    await platform.stop();
  };
  try {
    await sql.connect();
    for (const unit of without) await platform.kill(unit, 'SIGTERM');
    return { platform, sql, users: await seedUsers(sql, users), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A connection past the API; one that dies with a Postgres that a scenario kills is no failure of the benchmark. */
export function newClient({ runtime }: RunningPlatform): Client {
  const sql = new Client({ connectionString: runtime.databaseUrl, application_name: 'bench' });
  sql.on('error', () => undefined);
  return sql;
}

/** Events that are not on the bus yet. */
export async function outboxBacklog(sql: Client): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    'select count(*)::int as count from jobs.outbox where published_at is null and dead_at is null',
  );
  return rows[0]?.count ?? 0;
}

/** Resolves with the seconds that it took until every event was on the bus. */
export async function untilQuiet(world: World, timeoutMs = 120_000): Promise<number> {
  const began = performance.now();
  await waitFor(async () => (await outboxBacklog(world.sql)) === 0, {
    what: 'all events to be on the bus',
    timeoutMs,
    intervalMs: 50,
  });
  return (performance.now() - began) / 1000;
}
