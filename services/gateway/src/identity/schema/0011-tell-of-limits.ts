import { sql } from 'kysely';
import { createOutboxAndInbox, type Migration } from '@shotloom/database';

/** What plans allow is told to job-orchestrator when it changes. The versions put that news in order. */
export const tellOfLimitsMigration: Migration = {
  async up(db) {
    await createOutboxAndInbox(db, 'identity');
    await sql`create sequence identity.limits_version`.execute(db);
    await sql`alter table identity.plans add column limits_version bigint not null default 0`.execute(db);
    await sql`alter table identity.accounts add column limits_version bigint not null default 0`.execute(db);
  },
};
