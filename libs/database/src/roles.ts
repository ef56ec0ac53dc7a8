import { sql, type Kysely } from 'kysely';
import { advisoryLockClass } from './outbox-partition';
import { withConnection } from './migrate';

/** A role of one service, or the one that owns all schemas and migrates them. */
export interface RoleSpec {
  readonly name: string;
  readonly password: string;
  /** May make schemas. Exactly one role of an installation does. */
  readonly owner: boolean;
}

/**
 * Makes the roles that are missing and gives all of them their passwords, so that a changed password is changed by
 * running it again. Nobody but these roles may connect to the database afterwards. `url` is of an administrator: who
 * owns the database and may make roles. Returns the names of those that were made.
 */
export async function ensureRoles(url: string, roles: readonly RoleSpec[]): Promise<string[]> {
  return withConnection({ url }, (db) =>
    db.transaction().execute(async (trx) => {
      const lock = advisoryLockClass('shotloom.roles');
      await sql`select pg_advisory_xact_lock(${lock}::int, 0)`.execute(trx);
      const made: string[] = [];
      for (const role of roles) if (await ensureRole(trx, role)) made.push(role.name);
      await limitDatabase(trx, roles);
      return made;
    }),
  );
}

async function ensureRole(trx: Kysely<unknown>, { name, password }: RoleSpec): Promise<boolean> {
  const found = await sql`select from pg_catalog.pg_roles where rolname = ${name}`.execute(trx);
  const missing = found.rows.length === 0;
  if (missing) await sql`create role ${sql.id(name)} login`.execute(trx);
  // A statement of this kind takes no parameters.
  await sql`alter role ${sql.id(name)} login password ${sql.lit(password)}`.execute(trx);
  return missing;
}

async function limitDatabase(trx: Kysely<unknown>, roles: readonly RoleSpec[]): Promise<void> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(trx);
  const database = sql.id(rows[0]?.name ?? '');
  await sql`revoke all on database ${database} from public`.execute(trx);
  for (const { name, owner } of roles) {
    const may = owner ? sql`connect, create` : sql`connect`;
    await sql`grant ${may} on database ${database} to ${sql.id(name)}`.execute(trx);
  }
}
