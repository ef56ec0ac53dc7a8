import { sql, type Kysely, type Transaction } from 'kysely';
import { AppError } from '@shotloom/kernel';
import { createConnectionPool } from './connection-pool';
import type { AppliedMigration, Migration, MigrationSet } from './migration-set';
import { advisoryLockClass } from './outbox-partition';

/**
 * The URL of a database, for a connection of the migration's own without any time limit; or one that is open, whose
 * statements end when its time is up.
 */
export type MigrationTarget = { readonly sql: unknown } | { readonly url: string };

const LOCK_CLASS = advisoryLockClass('shotloom.migrate');
/** A step that waits longer for a table gives up, so that traffic does not queue behind it. */
const TABLE_LOCK_TIMEOUT = '15s';

/**
 * Applies what is missing, set by set, each step in its own transaction. Safe to run from several places at once:
 * one applies, the others wait and then find nothing to do. Returns what this call applied.
 * Throws `AppError('conflict')` when a missing step sorts before an applied one.
 */
export async function migrate(
  target: MigrationTarget,
  sets: readonly MigrationSet[],
): Promise<AppliedMigration[]> {
  return withConnection(target, async (db) => {
    const applied: AppliedMigration[] = [];
    for (const set of sets) {
      await prepareSchema(db, set.schema);
      for (const [name, migration] of inOrder(set)) {
        if (await applyOne(db, set.schema, name, migration)) applied.push({ schema: set.schema, name });
      }
    }
    return applied;
  });
}

/** What `migrate` would apply, as `<schema>/<name>`; empty means ready. Changes nothing. */
export async function pendingMigrations(
  target: MigrationTarget,
  sets: readonly MigrationSet[],
): Promise<string[]> {
  return withConnection(target, async (db) => {
    const pending: string[] = [];
    for (const set of sets) {
      const applied = new Set(await appliedNames(db, set.schema));
      for (const [name] of inOrder(set)) if (!applied.has(name)) pending.push(`${set.schema}/${name}`);
    }
    return pending;
  });
}

async function applyOne(
  db: Kysely<unknown>,
  schema: string,
  name: string,
  migration: Migration,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await lock(trx, schema);
    const applied = await appliedNames(trx, schema);
    if (applied.includes(name)) return false;
    const later = applied.find((other) => other > name);
    if (later !== undefined) {
      throw new AppError(
        'conflict',
        `Migration ${schema}/${name} sorts before ${later}, which is applied: rename it.`,
      );
    }
    await sql`select set_config('lock_timeout', ${TABLE_LOCK_TIMEOUT}, true)`.execute(trx);
    await migration.up(trx);
    await sql`insert into ${sql.id(schema, 'schema_migrations')} (name) values (${name})`.execute(trx);
    return true;
  });
}

async function prepareSchema(db: Kysely<unknown>, schema: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lock(trx, schema);
    if (await hasMigrationTable(trx, schema)) return;
    await sql`create schema if not exists ${sql.id(schema)}`.execute(trx);
    await sql`
      create table ${sql.id(schema, 'schema_migrations')} (
        name text primary key,
        applied_at timestamptz not null default now()
      )`.execute(trx);
  });
}

/** A transaction's lock and not a session's, which a pooler between us and the server would misplace. */
async function lock(trx: Transaction<unknown>, schema: string): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(trx);
  await sql`select pg_advisory_xact_lock(${LOCK_CLASS}::int, ${advisoryLockClass(schema)}::int)`.execute(trx);
}

async function appliedNames(db: Kysely<unknown>, schema: string): Promise<string[]> {
  if (!(await hasMigrationTable(db, schema))) return [];
  const found = await sql<{ name: string }>`
    select name from ${sql.id(schema, 'schema_migrations')} order by name`.execute(db);
  return found.rows.map((row) => row.name);
}

async function hasMigrationTable(db: Kysely<unknown>, schema: string): Promise<boolean> {
  const found = await sql`
    select 1 from pg_catalog.pg_tables
    where schemaname = ${schema} and tablename = 'schema_migrations'`.execute(db);
  return found.rows.length > 0;
}

function inOrder(set: MigrationSet): [string, Migration][] {
  return Object.entries(set.migrations).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Does it on a connection without any time limit, where only a URL is given. */
export async function withConnection<T>(
  target: MigrationTarget,
  work: (db: Kysely<unknown>) => Promise<T>,
): Promise<T> {
  // A migration names its tables itself, whatever the service's own table types are.
  if ('sql' in target) return work(target.sql as Kysely<unknown>);
  const { sql: db } = createConnectionPool<unknown>({
    url: target.url,
    applicationName: 'shotloom-migrate',
    poolSize: 1,
    statementTimeoutMs: 0,
    // The statement that was running fails with the same error, and that is what the caller sees.
    onConnectionError: () => undefined,
  });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
