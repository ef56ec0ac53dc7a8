import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

type Db = Parameters<Migration['up']>[0];

export const createPeopleAndPlansMigration: Migration = {
  async up(db) {
    await createPlans(db);
    await extendAccountsAndUsers(db);
    await createMemberships(db);
    await createAuditLog(db);
    await createMails(db);
  },
};

async function createPlans(db: Db): Promise<void> {
  await sql`
    create table identity.plans (
      id text primary key check (id ~ '^[a-z0-9-]{1,40}$'),
      title text not null check (char_length(title) between 1 and 100),
      description text not null default '',
      is_default boolean not null default false,
      -- No new account may take a retired one; those that have it keep it.
      retired_at timestamptz,
      concurrency integer not null check (concurrency between 1 and 1000),
      per_provider_concurrency integer not null default 3 check (per_provider_concurrency between 1 and 5),
      weight numeric(4, 2) not null default 1 check (weight between 1 and 8),
      -- Null: no limit, here and in the next.
      generations_per_hour integer check (generations_per_hour > 0),
      requests_per_second integer check (requests_per_second between 1 and 10000),
      monthly_credits bigint not null default 0 check (monthly_credits >= 0),
      upload_image_max_bytes bigint check (upload_image_max_bytes > 0),
      upload_video_max_bytes bigint check (upload_video_max_bytes > 0),
      members_max integer not null default 1 check (members_max > 0),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create unique index plans_default_key on identity.plans (is_default) where is_default`.execute(
    db,
  );
  await sql`
    insert into identity.plans
      (id, title, description, is_default, concurrency, weight, generations_per_hour, requests_per_second, members_max)
    values ('standard', 'Standard', 'What every account has unless an operator or a subscription gives it another.',
      true, 15, 1, 1000, 50, 10)`.execute(db);
}

async function extendAccountsAndUsers(db: Db): Promise<void> {
  await sql`
    alter table identity.accounts
      add column kind text not null default 'personal' check (kind in ('personal', 'organisation')),
      add column plan_id text not null default 'standard' references identity.plans (id),
      add column disabled_at timestamptz`.execute(db);
  await sql`create index accounts_plan_idx on identity.accounts (plan_id)`.execute(db);
  await sql`
    alter table identity.users
      add column password_hash text,
      add column email_verified_at timestamptz,
      add column disabled_at timestamptz,
      drop constraint users_role_check,
      add constraint users_role_check check (role in ('user', 'operator', 'admin'))`.execute(db);
  await sql`create index users_created_idx on identity.users (created_at, id)`.execute(db);
}

/** `users.account_id` is the account that a user works in at the moment; it is one of these. */
async function createMemberships(db: Db): Promise<void> {
  await sql`
    create table identity.memberships (
      account_id uuid not null references identity.accounts (id),
      user_id uuid not null references identity.users (id),
      role text not null default 'member' check (role in ('owner', 'admin', 'member')),
      monthly_credit_limit bigint check (monthly_credit_limit >= 0),
      created_at timestamptz not null default now(),
      primary key (account_id, user_id)
    )`.execute(db);
  await sql`create index memberships_user_idx on identity.memberships (user_id)`.execute(db);
  await sql`
    insert into identity.memberships (account_id, user_id, role)
    select account_id, id, 'owner' from identity.users`.execute(db);
  // Nobody works in an account that is not theirs; checked at the end, so that both rows can be written in either order.
  await sql`
    alter table identity.users add constraint users_membership_fkey
      foreign key (account_id, id) references identity.memberships (account_id, user_id)
      deferrable initially deferred`.execute(db);
}

async function createAuditLog(db: Db): Promise<void> {
  await sql`
    create table identity.audit_log (
      id uuid primary key,
      at timestamptz not null default clock_timestamp(),
      actor_user_id uuid,
      actor_key_id uuid,
      action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
      target_type text not null,
      target_id text not null,
      account_id uuid,
      details jsonb not null default '{}',
      address inet,
      request_id text
    )`.execute(db);
  await sql`create index audit_log_at_idx on identity.audit_log (at desc, id desc)`.execute(db);
  await sql`create index audit_log_target_idx on identity.audit_log (target_type, target_id, at desc)`.execute(
    db,
  );
  await sql`
    create index audit_log_account_idx on identity.audit_log (account_id, at desc)
      where account_id is not null`.execute(db);
  await sql`
    create function identity.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
    begin
      raise exception 'identity.% keeps what was written: % is refused', tg_table_name, lower(tg_op)
        using errcode = 'insufficient_privilege';
    end $$`.execute(db);
  await sql`
    create trigger immutable before update or delete on identity.audit_log
      for each row execute function identity.refuse_change()`.execute(db);
  await sql`
    create trigger untruncatable before truncate on identity.audit_log
      execute function identity.refuse_change()`.execute(db);
}

/** Mail that must be sent: written in the transaction that it follows from. */
async function createMails(db: Db): Promise<void> {
  await sql`
    create table identity.mails (
      id uuid primary key,
      -- The same mail is not written twice: an alert of a day, for example.
      dedupe_key text unique,
      to_address text not null,
      subject text not null,
      body text not null,
      attempts integer not null default 0,
      next_at timestamptz not null default now(),
      -- After this it would only confuse: the link in it has expired.
      expires_at timestamptz not null,
      sent_at timestamptz,
      given_up_at timestamptz,
      last_error text,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create index mails_due_idx on identity.mails (next_at)
      where sent_at is null and given_up_at is null`.execute(db);
}
