import { sql, type Kysely } from 'kysely';

/**
 * Creates `<schema>.outbox` and `<schema>.inbox`, for use in a schema's own migration.
 * The outbox is a queue inside a table, so it is vacuumed early: the sweep reads the front of its partial index.
 */
export async function createOutboxAndInbox(db: Kysely<unknown>, schema: string): Promise<void> {
  const outbox = sql.id(schema, 'outbox');
  const inbox = sql.id(schema, 'inbox');
  await sql`
    create table ${outbox} (
      id uuid primary key,
      seq bigint generated always as identity,
      partition smallint not null,
      subject text not null,
      envelope jsonb not null,
      headers jsonb not null default '{}'::jsonb,
      created_at timestamptz not null default clock_timestamp(),
      published_at timestamptz,
      dead_at timestamptz,
      dead_reason text
    ) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500)`.execute(db);
  await sql`create index outbox_unpublished on ${outbox} (partition, seq) where published_at is null and dead_at is null`.execute(
    db,
  );
  await sql`create index outbox_dead on ${outbox} (seq) where dead_at is not null`.execute(db);
  await sql`create index outbox_published on ${outbox} (published_at) where published_at is not null`.execute(
    db,
  );
  await sql`
    create table ${inbox} (
      consumer text not null,
      message_id text not null,
      at timestamptz not null default clock_timestamp(),
      primary key (consumer, message_id)
    )`.execute(db);
  await sql`create index inbox_at on ${inbox} (at)`.execute(db);
}
