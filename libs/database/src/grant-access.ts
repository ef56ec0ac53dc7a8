import { sql, type Kysely } from 'kysely';

/**
 * Lets a service's role read and change the rows of a schema, and nothing else: no table of it can be made, changed,
 * emptied or dropped, and what is applied can only be read. Run it as the schema's owner, after the migrations: what a
 * later one makes needs it again.
 */
export async function grantSchemaAccess(db: Kysely<unknown>, schema: string, role: string): Promise<void> {
  const [inSchema, to] = [sql.id(schema), sql.id(role)];
  await sql`grant usage on schema ${inSchema} to ${to}`.execute(db);
  await sql`grant select, insert, update, delete on all tables in schema ${inSchema} to ${to}`.execute(db);
  await sql`grant usage, select on all sequences in schema ${inSchema} to ${to}`.execute(db);
  const applied = sql.id(schema, 'schema_migrations');
  await sql`revoke insert, update, delete on ${applied} from ${to}`.execute(db);
}
