import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * What has ended is found without what lives, and a rare thing that somebody did without all the others. While these are made nobody signs in
 * and nothing goes to the audit log: some 6 s for each million of its lines, and 1 s for each million sessions and refresh tokens.
 */
export const indexWhatGrowsMigration: Migration = {
  async up(db) {
    await sql`create index sessions_ended_idx on identity.sessions (least(expires_at, revoked_at))`.execute(
      db,
    );
    await sql`create index refresh_tokens_expires_idx on identity.refresh_tokens (expires_at)`.execute(db);
    await sql`create index accounts_created_idx on identity.accounts (created_at, id)`.execute(db);
    await sql`create index audit_log_action_idx on identity.audit_log (action, at desc, id desc)`.execute(db);
    await sql`
      create index audit_log_noun_idx on identity.audit_log (split_part(action, '.', 1), at desc, id desc)`.execute(
      db,
    );
  },
};
