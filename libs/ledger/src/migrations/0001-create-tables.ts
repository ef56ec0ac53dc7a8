import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * Every owner has a set of five accounts. The platform's side (`source`, `captured`) is kept per owner too: one row
 * for the whole platform would be locked by every job of every user; revenue is the sum over owners.
 */
const ACCOUNTS = `
  create table ledger.accounts (
    id uuid primary key,
    owner_id uuid not null,
    kind text not null check (kind in ('available', 'held', 'captured', 'source', 'debt')),
    balance bigint not null default 0,
    created_at timestamptz(3) not null default clock_timestamp(),
    unique (owner_id, kind),
    -- A debt is what is owed, below zero; the source balances what was given and what was taken back.
    constraint accounts_balance_sign check (
      case kind when 'source' then true when 'debt' then balance <= 0 else balance >= 0 end)
  ) with (fillfactor = 60);
  comment on table ledger.accounts is 'Balances; the sum over all rows is zero.';`;

/** One grant each: what is left of it is spent soonest expiry first. */
const LOTS = `
  create table ledger.lots (
    id uuid primary key,
    owner_id uuid not null,
    amount bigint not null check (amount > 0 and amount <= 9007199254740991),
    remaining bigint not null check (remaining >= 0 and remaining <= amount),
    -- Indexes ask this and not "remaining", so that taking a part of a lot touches no index.
    has_rest boolean not null generated always as (remaining > 0) stored,
    reference text not null,
    reason text not null,
    expires_at timestamptz,
    created_at timestamptz(3) not null default clock_timestamp()
  ) with (fillfactor = 70);
  create index lots_spendable on ledger.lots (owner_id, expires_at, created_at, id) where has_rest;
  create index lots_due on ledger.lots (expires_at) where has_rest and expires_at is not null;`;

const HOLDS = `
  create table ledger.holds (
    id uuid primary key,
    owner_id uuid not null,
    amount bigint not null check (amount >= 0 and amount <= 9007199254740991),
    captured_amount bigint not null default 0 check (captured_amount >= 0 and captured_amount <= amount),
    state text not null default 'open' check (state in ('open', 'captured', 'released')),
    reference text not null unique,
    parent_hold_id uuid references ledger.holds,
    price_version text not null,
    alarm_at timestamptz not null,
    created_at timestamptz(3) not null default clock_timestamp(),
    constraint holds_open_uncaptured check (state = 'captured' or captured_amount = 0)
  ) with (fillfactor = 80);
  comment on column ledger.holds.amount is 'What is held, less what was split off into child holds.';
  comment on column ledger.holds.alarm_at is 'Raises an alarm; a hold never lapses by itself.';
  create index holds_open on ledger.holds (alarm_at) where state = 'open';
  create index holds_open_owner on ledger.holds (owner_id) where state = 'open';
  create table ledger.hold_lots (
    hold_id uuid not null references ledger.holds,
    lot_id uuid not null references ledger.lots,
    amount bigint not null check (amount >= 0),
    captured_amount bigint not null default 0 check (captured_amount >= 0 and captured_amount <= amount),
    primary key (hold_id, lot_id)
  ) with (fillfactor = 80);
  create index hold_lots_lot on ledger.hold_lots (lot_id);
  create table ledger.resolutions (
    hold_id uuid primary key references ledger.holds,
    outcome text not null check (outcome in ('captured', 'released')),
    captured bigint not null check (captured >= 0),
    returned bigint not null check (returned >= 0),
    created_at timestamptz(3) not null default clock_timestamp()
  );
  comment on table ledger.resolutions is 'How each hold ended: its key makes a second end impossible.';`;

const TRANSFERS = `
  create table ledger.transfers (
    id uuid primary key,
    owner_id uuid not null,
    -- No foreign keys: the posting functions read both ids from rows that they have locked and that nobody can
    -- delete, and checking them again is a quarter of the cost of a hold (measured).
    debit_account_id uuid not null,
    credit_account_id uuid not null,
    amount bigint not null check (amount > 0 and amount <= 9007199254740991),
    kind text not null check (
      kind in ('grant', 'hold', 'capture', 'release', 'split', 'expire', 'chargeback', 'repay')),
    reference text not null,
    hold_id uuid references ledger.holds,
    lot_id uuid references ledger.lots,
    reason text,
    created_at timestamptz(3) not null default clock_timestamp(),
    unique (kind, reference),
    constraint transfers_two_accounts check (debit_account_id <> credit_account_id or kind = 'split')
  );
  comment on column ledger.transfers.debit_account_id is 'The account that the amount leaves.';
  comment on column ledger.transfers.credit_account_id is 'The account that the amount comes to.';
  create index transfers_owner on ledger.transfers (owner_id, created_at desc, id desc);
  create index transfers_hold on ledger.transfers (hold_id) where hold_id is not null;
  create index transfers_lot on ledger.transfers (lot_id) where lot_id is not null;`;

/** Held against everybody, the owner of the tables included. */
const IMMUTABILITY = `
  create function ledger.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    raise exception 'ledger.% keeps what was written: % is refused', tg_table_name, lower(tg_op)
      using errcode = 'insufficient_privilege', hint = 'Post a transfer that sets it right.';
  end $$;
  create trigger immutable before update or delete on ledger.transfers
    for each row execute function ledger.refuse_change();
  create trigger immutable before update or delete on ledger.resolutions
    for each row execute function ledger.refuse_change();
  create trigger undeletable before delete on ledger.accounts for each row execute function ledger.refuse_change();
  create trigger undeletable before delete on ledger.lots for each row execute function ledger.refuse_change();
  create trigger undeletable before delete on ledger.holds for each row execute function ledger.refuse_change();
  create trigger undeletable before delete on ledger.hold_lots for each row execute function ledger.refuse_change();
  create trigger untruncatable before truncate on ledger.transfers execute function ledger.refuse_change();
  create trigger untruncatable before truncate on ledger.resolutions execute function ledger.refuse_change();
  create trigger untruncatable before truncate on ledger.accounts execute function ledger.refuse_change();
  create trigger untruncatable before truncate on ledger.lots execute function ledger.refuse_change();
  create trigger untruncatable before truncate on ledger.holds execute function ledger.refuse_change();
  create trigger untruncatable before truncate on ledger.hold_lots execute function ledger.refuse_change();`;

export const createTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [ACCOUNTS, LOTS, HOLDS, TRANSFERS, IMMUTABILITY]) await sql.raw(part).execute(db);
  },
};
