import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** UUIDv7, which the server has only from version 18 on. */
const NEW_ID = `
  create function ledger.new_id() returns uuid language sql volatile set search_path = pg_catalog, pg_temp as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
      substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
  $$;`;

/**
 * The row 'available' is the gate of an owner: whoever changes anything of an owner's locks it first, so that all
 * else (the other four accounts, lots, holds) needs no order of its own.
 */
const ENTER = `
  create function ledger.enter(p_owner uuid) returns bigint language plpgsql set search_path = pg_catalog, pg_temp as $$
  declare
    v_balance bigint;
  begin
    select balance into v_balance from ledger.accounts where owner_id = p_owner and kind = 'available' for update;
    if found then
      return v_balance;
    end if;
    insert into ledger.accounts (id, owner_id, kind)
      select ledger.new_id(), p_owner, kind
      from unnest(array['available', 'held', 'captured', 'source', 'debt']) with ordinality as k (kind, position)
      order by position
      on conflict do nothing;
    select balance into strict v_balance from ledger.accounts
      where owner_id = p_owner and kind = 'available' for update;
    return v_balance;
  end $$;
  create function ledger.open_account(p_owner uuid) returns void language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  begin
    perform ledger.enter(p_owner);
  end $$;`;

/** The only place that writes a transfer or moves a balance. */
const POST = `
  create function ledger.post(p_owner uuid, p_from text, p_to text, p_amount bigint, p_kind text, p_reference text,
    p_hold uuid, p_lot uuid, p_reason text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
  declare
    v_from uuid;
    v_to uuid;
  begin
    if p_from <> p_to then
      update ledger.accounts set balance = balance - p_amount where owner_id = p_owner and kind = p_from
        returning id into strict v_from;
      update ledger.accounts set balance = balance + p_amount where owner_id = p_owner and kind = p_to
        returning id into strict v_to;
    else
      select id, id into strict v_from, v_to from ledger.accounts where owner_id = p_owner and kind = p_from;
    end if;
    insert into ledger.transfers
      (id, owner_id, debit_account_id, credit_account_id, amount, kind, reference, hold_id, lot_id, reason)
    values (ledger.new_id(), p_owner, v_from, v_to, p_amount, p_kind, p_reference, p_hold, p_lot, p_reason);
  end $$;`;

const EXPIRE = `
  create function ledger.expire_owner(p_owner uuid) returns bigint language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_lot record;
    v_total bigint := 0;
  begin
    for v_lot in
      select id, remaining from ledger.lots
      where owner_id = p_owner and has_rest and expires_at <= clock_timestamp()
    loop
      update ledger.lots set remaining = 0 where id = v_lot.id;
      perform ledger.post(p_owner, 'available', 'source', v_lot.remaining, 'expire', ledger.new_id()::text,
        null, v_lot.id, null);
      v_total := v_total + v_lot.remaining;
    end loop;
    return v_total;
  end $$;
  create function ledger.expire_lots(p_limit integer) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_owner uuid;
    v_lots bigint := 0;
    v_total bigint := 0;
  begin
    for v_owner in
      select a.owner_id from ledger.accounts a
      where a.kind = 'available' and a.owner_id in (
        select owner_id from ledger.lots
        where has_rest and expires_at <= clock_timestamp() order by expires_at limit p_limit)
      order by a.id
    loop
      perform ledger.enter(v_owner);
      v_total := v_total + ledger.expire_owner(v_owner);
      v_lots := v_lots + 1;
    end loop;
    return jsonb_build_object('owners', v_lots, 'expired', v_total);
  end $$;`;

const SETTLE_DEBT = `
  create function ledger.settle_debt(p_owner uuid) returns bigint language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_owed bigint;
    v_paid bigint := 0;
    v_part bigint;
    v_lot record;
  begin
    select -balance into strict v_owed from ledger.accounts where owner_id = p_owner and kind = 'debt';
    for v_lot in
      select id, remaining from ledger.lots
      where owner_id = p_owner and has_rest and (expires_at is null or expires_at > clock_timestamp())
      order by expires_at, created_at, id
    loop
      exit when v_paid >= v_owed;
      v_part := least(v_lot.remaining, v_owed - v_paid);
      update ledger.lots set remaining = remaining - v_part where id = v_lot.id;
      perform ledger.post(p_owner, 'available', 'debt', v_part, 'repay', ledger.new_id()::text, null, v_lot.id, null);
      v_paid := v_paid + v_part;
    end loop;
    return v_paid;
  end $$;`;

const GRANT = `
  create function ledger.grant_credits(p_owner uuid, p_amount bigint, p_reference text, p_reason text,
    p_expires_at timestamptz) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_known record;
    v_lot uuid;
  begin
    perform ledger.enter(p_owner);
    select owner_id, amount into v_known from ledger.transfers where kind = 'grant' and reference = p_reference;
    if found then
      return jsonb_build_object('status',
        case when v_known.owner_id = p_owner and v_known.amount = p_amount then 'already' else 'mismatch' end);
    end if;
    v_lot := ledger.new_id();
    insert into ledger.lots (id, owner_id, amount, remaining, reference, reason, expires_at)
      values (v_lot, p_owner, p_amount, p_amount, p_reference, p_reason, p_expires_at);
    perform ledger.post(p_owner, 'source', 'available', p_amount, 'grant', p_reference, null, v_lot, p_reason);
    perform ledger.settle_debt(p_owner);
    return jsonb_build_object('status', 'granted');
  end $$;`;

const CHARGE_BACK = `
  create function ledger.charge_back(p_owner uuid, p_amount bigint, p_reference text, p_reason text)
    returns jsonb language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  declare
    v_known record;
    v_taken bigint;
  begin
    perform ledger.enter(p_owner);
    select owner_id, amount into v_known from ledger.transfers where kind = 'chargeback' and reference = p_reference;
    if found then
      return jsonb_build_object('status',
        case when v_known.owner_id = p_owner and v_known.amount = p_amount then 'already' else 'mismatch' end);
    end if;
    perform ledger.post(p_owner, 'debt', 'source', p_amount, 'chargeback', p_reference, null, null, p_reason);
    v_taken := ledger.settle_debt(p_owner);
    return jsonb_build_object('status', 'charged_back', 'taken', v_taken, 'owed',
      (select -balance from ledger.accounts where owner_id = p_owner and kind = 'debt'));
  end $$;`;

export const createPostingFunctions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [NEW_ID, ENTER, POST, EXPIRE, SETTLE_DEBT, GRANT, CHARGE_BACK])
      await sql.raw(part).execute(db);
  },
};
