import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * Endpoints of single jobs, under the id of the job, and the one of each owner whose secrets sign for them. Both are apart from the endpoints
 * that owners make: not listed, not counted, and told of nothing else.
 */
export const jobUrlsMigration: Migration = {
  async up(db) {
    await sql`
      alter table webhooks.endpoints
        add column kind text not null default 'endpoint' check (kind in ('endpoint', 'job', 'signer')),
        add column signer_id uuid,
        -- When the job was seen to have ended.
        add column ended_at timestamptz,
        add constraint endpoints_signed check ((kind = 'job') = (signer_id is not null))`.execute(db);
    await sql`
      create unique index endpoints_signer on webhooks.endpoints (owner_user_id, account_id)
        where kind = 'signer'`.execute(db);
    await sql`
      create index endpoints_job on webhooks.endpoints (created_at) where kind = 'job' and deleted_at is null`.execute(
      db,
    );
    await sql`
      create index endpoints_gone on webhooks.endpoints (kind, deleted_at) where deleted_at is not null`.execute(
      db,
    );
    // Those that may have something that waits: not the many whose URL was forgotten when nothing did.
    await sql`
      create index endpoints_stopping on webhooks.endpoints (id)
        where (disabled_reason is not null or deleted_at is not null) and url <> 'https://none.invalid/'`.execute(
      db,
    );
    await sql`
      create index endpoints_shown on webhooks.endpoints (owner_user_id, account_id, id)
        where kind = 'endpoint' and deleted_at is null`.execute(db);
  },
};
