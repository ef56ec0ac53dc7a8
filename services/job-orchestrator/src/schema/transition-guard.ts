import { sql, type Kysely } from 'kysely';

/** Moves between states as they were when the migration was written: a migration never changes after its release. */
export type Moves = Readonly<Record<string, readonly string[]>>;

/**
 * Makes an illegal move impossible in the database too, whoever writes: a state may be followed only by what the table
 * names, and `version` never falls where the table has one.
 */
export async function guardTransitions(db: Kysely<unknown>, table: string, moves: Moves): Promise<void> {
  const name = `${table}_guard_status`;
  const pairs = Object.entries(moves).flatMap(([from, followers]) => followers.map((to) => `${from}>${to}`));
  await sql`
    CREATE FUNCTION ${sql.raw(`jobs.${name}`)}() RETURNS trigger LANGUAGE plpgsql AS ${sql.lit(`
    BEGIN
      IF NOT (OLD.status || '>' || NEW.status = ANY ('{${pairs.join(',')}}'::text[])) THEN
        RAISE EXCEPTION 'illegal move of ${table} from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END`)}`.execute(db);
  await sql`
    CREATE TRIGGER ${sql.raw(name)} BEFORE UPDATE OF status ON ${sql.raw(`jobs.${table}`)}
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION ${sql.raw(`jobs.${name}`)}()`.execute(db);
}
