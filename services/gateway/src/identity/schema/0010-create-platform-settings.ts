import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/** One row: what admins have set for the whole platform. What is not in it has its default. */
export const createPlatformSettingsMigration: Migration = {
  async up(db) {
    await sql`
      create table identity.platform_settings (
        singleton boolean primary key default true check (singleton),
        settings jsonb not null default '{}',
        version integer not null default 1,
        changed_at timestamptz not null default now()
      )`.execute(db);
    await sql`insert into identity.platform_settings default values`.execute(db);
    await sql`
      create index audit_log_actor_idx on identity.audit_log (actor_user_id, at desc)
        where actor_user_id is not null`.execute(db);
  },
};
