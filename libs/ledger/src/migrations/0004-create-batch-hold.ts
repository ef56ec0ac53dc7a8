import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Reads the items of a batch with their place in it; shared by the functions below. */
const ITEMS = `
  create function ledger.batch_items(p_items jsonb) returns table (place bigint, hold_id uuid, account_id uuid,
    amount bigint, reference text, price_version text, alarm_at timestamptz) language sql immutable
    set search_path = pg_catalog, pg_temp as $$
    select i.place, i.hold_id, i.account_id, i.amount, i.reference, i.price_version, i.alarm_at
    from rows from (jsonb_to_recordset(p_items) as (hold_id uuid, account_id uuid, amount bigint, reference text,
      price_version text, alarm_at timestamptz)) with ordinality
      as i (hold_id, account_id, amount, reference, price_version, alarm_at, place)
  $$;`;

/** All gates first, in the order of their ids, so that two batches cannot wait for each other. */
const ENTER_BATCH = `
  create function ledger.enter_batch(p_owners uuid[]) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_owner uuid;
  begin
    perform 1 from ledger.accounts where kind = 'available' and owner_id = any(p_owners) order by id for update;
    for v_owner in
      select distinct o.id from unnest(p_owners) as o (id)
      where not exists (select from ledger.accounts a where a.owner_id = o.id) order by 1
    loop
      perform ledger.enter(v_owner);
    end loop;
    for v_owner in
      select distinct owner_id from ledger.lots
      where owner_id = any(p_owners) and has_rest and expires_at <= clock_timestamp()
    loop
      perform ledger.expire_owner(v_owner);
    end loop;
  end $$;`;

/**
 * Writes holds that are known to be paid for. Lots and holds of an owner are laid side by side on one line, each from
 * where the one before ended; where two of them overlap is what that hold takes from that lot.
 */
const WRITE_BATCH = `
  create function ledger.write_batch(p_items jsonb, p_places bigint[]) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_wanted bigint;
    v_taken bigint;
  begin
    with item as materialized (
      select i.*, sum(i.amount) over (partition by i.account_id order by i.place)::bigint as upto
      from ledger.batch_items(p_items) i where i.place = any(p_places)
    ), made as (
      insert into ledger.holds (id, owner_id, amount, reference, price_version, alarm_at)
      select hold_id, account_id, amount, reference, price_version,
        coalesce(alarm_at, clock_timestamp() + interval '1 day') from item
    ), total as materialized (
      select account_id, sum(amount)::bigint as amount from item where amount > 0 group by account_id
    ), lot as materialized (
      select l.id, l.owner_id, l.remaining, sum(l.remaining) over (
        partition by l.owner_id order by l.expires_at, l.created_at, l.id)::bigint as upto
      from total t join ledger.lots l on l.owner_id = t.account_id and l.has_rest
    ), part as materialized (
      select i.hold_id, l.id as lot_id,
        least(l.upto, i.upto) - greatest(l.upto - l.remaining, i.upto - i.amount) as amount
      from item i join lot l on l.owner_id = i.account_id
        and l.upto - l.remaining < i.upto and i.upto - i.amount < l.upto
      where i.amount > 0
    ), named as (
      insert into ledger.hold_lots (hold_id, lot_id, amount) select hold_id, lot_id, amount from part
    ), taken as (
      update ledger.lots l set remaining = l.remaining - p.amount
      from (select lot_id, sum(amount)::bigint as amount from part group by lot_id) p where l.id = p.lot_id
    ), moved as (
      update ledger.accounts a
      set balance = a.balance + case a.kind when 'held' then t.amount else -t.amount end
      from total t where a.owner_id = t.account_id and a.kind in ('available', 'held')
    ), posted as (
      insert into ledger.transfers
        (id, owner_id, debit_account_id, credit_account_id, amount, kind, reference, hold_id)
      select ledger.new_id(), i.account_id, d.id, c.id, i.amount, 'hold', i.hold_id::text, i.hold_id
      from item i
      join ledger.accounts d on d.owner_id = i.account_id and d.kind = 'available'
      join ledger.accounts c on c.owner_id = i.account_id and c.kind = 'held'
      where i.amount > 0
    )
    select (select coalesce(sum(amount), 0) from total), (select coalesce(sum(amount), 0) from part)
      into v_wanted, v_taken;
    if v_wanted <> v_taken then
      raise exception 'the lots of a batch hold % and not the % that its balances say', v_taken, v_wanted
        using errcode = 'data_corrupted';
    end if;
  end $$;`;

/**
 * Funds go in the order of arrival: a running difference per account decides who is paid, and one statement writes
 * them all. What is known already, or comes twice in one batch, takes the way of a single hold.
 */
const HOLD_MANY = `
  create function ledger.hold_many(p_items jsonb) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_item record;
    v_owner uuid;
    v_left bigint;
    v_paid bigint[] := '{}';
    v_single bigint[] := '{}';
    v_results jsonb[] := array_fill('{"status": "held"}'::jsonb, array[jsonb_array_length(p_items)]);
  begin
    perform ledger.enter_batch(array(select distinct account_id from ledger.batch_items(p_items)));
    for v_item in
      select i.place, i.account_id, i.amount, a.balance,
        row_number() over (partition by i.hold_id order by i.place) > 1
          or row_number() over (partition by i.reference order by i.place) > 1
          or exists (select from ledger.holds h where h.id = i.hold_id)
          or exists (select from ledger.holds h where h.reference = i.reference) as known
      from ledger.batch_items(p_items) i
      join ledger.accounts a on a.owner_id = i.account_id and a.kind = 'available'
      order by i.account_id, i.place
    loop
      if v_owner is distinct from v_item.account_id then
        v_owner := v_item.account_id;
        v_left := v_item.balance;
      end if;
      if v_item.known then
        v_single := v_single || v_item.place;
      elsif v_item.amount > v_left then
        v_results[v_item.place] := jsonb_build_object('status', 'insufficient', 'available', v_left);
      else
        v_left := v_left - v_item.amount;
        v_paid := v_paid || v_item.place;
      end if;
    end loop;
    perform ledger.write_batch(p_items, v_paid);
    for v_item in select i.* from ledger.batch_items(p_items) i where i.place = any(v_single) order by i.place loop
      v_results[v_item.place] := ledger.hold_credits(v_item.hold_id, v_item.account_id, v_item.amount,
        v_item.reference, v_item.price_version, v_item.alarm_at);
    end loop;
    return to_jsonb(v_results);
  end $$;`;

export const createBatchHold: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [ITEMS, ENTER_BATCH, WRITE_BATCH, HOLD_MANY]) await sql.raw(part).execute(db);
  },
};
