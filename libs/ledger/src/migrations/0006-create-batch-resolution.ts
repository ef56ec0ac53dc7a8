import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Reads the items of a batch with their place in it; a release captures nothing, whatever the item says. */
const ITEMS = `
  create function ledger.resolution_items(p_items jsonb) returns table (place bigint, hold_id uuid, outcome text,
    captured bigint) language sql immutable set search_path = pg_catalog, pg_temp as $$
    select i.place, i.hold_id, i.outcome, case when i.outcome = 'captured' then i.amount else 0 end
    from rows from (jsonb_to_recordset(p_items) as (hold_id uuid, outcome text, amount bigint)) with ordinality
      as i (hold_id, outcome, amount, place)
  $$;`;

/**
 * Ends holds that are known to be open and to hold enough, each of them once in the batch. A hold's lots are captured
 * from the soonest expiry on, as in `return_lots`.
 */
const WRITE = `
  create function ledger.write_resolutions(p_items jsonb, p_places bigint[]) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_held bigint;
    v_named bigint;
  begin
    with item as materialized (
      select i.hold_id, i.outcome, i.captured, h.owner_id, h.amount, h.amount - i.captured as returned
      from ledger.resolution_items(p_items) i join ledger.holds h on h.id = i.hold_id where i.place = any(p_places)
    ), named as (
      select i.hold_id, n.lot_id, n.amount, i.captured,
        coalesce(sum(n.amount) over (partition by i.hold_id order by l.expires_at, l.created_at, l.id
          rows between unbounded preceding and 1 preceding), 0)::bigint as before
      from item i join ledger.hold_lots n on n.hold_id = i.hold_id join ledger.lots l on l.id = n.lot_id
      where i.amount > 0
    ), part as materialized (
      select hold_id, lot_id, amount, greatest(0, least(amount, captured - before)) as captured from named
    ), kept as (
      update ledger.hold_lots n set captured_amount = p.captured from part p
      where n.hold_id = p.hold_id and n.lot_id = p.lot_id and p.captured > 0
    ), returned as (
      update ledger.lots l set remaining = l.remaining + p.amount
      from (select lot_id, sum(amount - captured)::bigint as amount from part group by lot_id) p
      where l.id = p.lot_id and p.amount > 0
    ), change as (
      select owner_id, k.kind, sum(k.change)::bigint as change
      from item cross join lateral (values
        ('held', -item.amount), ('captured', item.captured), ('available', item.returned)) as k (kind, change)
      group by owner_id, k.kind
    ), moved as (
      update ledger.accounts a set balance = a.balance + c.change from change c
      where a.owner_id = c.owner_id and a.kind = c.kind and c.change <> 0
    ), posted as (
      insert into ledger.transfers
        (id, owner_id, debit_account_id, credit_account_id, amount, kind, reference, hold_id)
      select ledger.new_id(), i.owner_id, d.id, c.id, m.amount, m.kind, i.hold_id::text, i.hold_id
      from item i
      cross join lateral (values
        ('captured', i.captured, 'capture'), ('available', i.returned, 'release')) as m (credit, amount, kind)
      join ledger.accounts d on d.owner_id = i.owner_id and d.kind = 'held'
      join ledger.accounts c on c.owner_id = i.owner_id and c.kind = m.credit
      where m.amount > 0
    ), ended as (
      update ledger.holds h set state = i.outcome, captured_amount = i.captured from item i where h.id = i.hold_id
    ), resolved as (
      insert into ledger.resolutions (hold_id, outcome, captured, returned)
      select hold_id, outcome, captured, returned from item
    )
    select (select coalesce(sum(amount), 0) from item), (select coalesce(sum(amount), 0) from part)
      into v_held, v_named;
    if v_held <> v_named then
      raise exception 'the holds of a batch name lots of % and not the % that they hold', v_named, v_held
        using errcode = 'data_corrupted';
    end if;
  end $$;`;

/**
 * All gates first, in the order of their ids, as `hold_many` takes them. One statement ends the usual items; one that
 * is resolved already, asks too much or comes twice takes the way of a single hold. A hold that appears only after
 * the gates were chosen is unknown: its own gate would be taken out of order.
 */
const RESOLVE_MANY = `
  create function ledger.resolve_many(p_items jsonb) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_item record;
    v_owners uuid[];
    v_usual bigint[] := '{}';
    v_single bigint[] := '{}';
    v_results jsonb[] := array_fill('{"status": "unknown"}'::jsonb, array[jsonb_array_length(p_items)]);
  begin
    v_owners := array(select distinct h.owner_id
      from ledger.resolution_items(p_items) i join ledger.holds h on h.id = i.hold_id);
    perform 1 from ledger.accounts where kind = 'available' and owner_id = any(v_owners) order by id for update;
    for v_item in
      select i.place, i.outcome, i.captured, h.amount - i.captured as returned, h.state,
        row_number() over (partition by i.hold_id order by i.place) as turn
      from ledger.resolution_items(p_items) i
      join ledger.holds h on h.id = i.hold_id and h.owner_id = any(v_owners)
      order by i.place
    loop
      if v_item.turn = 1 and v_item.state = 'open' and v_item.returned >= 0 then
        v_usual := v_usual || v_item.place;
        v_results[v_item.place] := jsonb_build_object('status', v_item.outcome, 'captured', v_item.captured,
          'returned', v_item.returned);
      else
        v_single := v_single || v_item.place;
      end if;
    end loop;
    perform ledger.write_resolutions(p_items, v_usual);
    for v_item in
      select i.* from ledger.resolution_items(p_items) i where i.place = any(v_single) order by i.place
    loop
      v_results[v_item.place] := ledger.resolve_hold(v_item.hold_id, v_item.outcome, v_item.captured);
    end loop;
    return to_jsonb(v_results);
  end $$;`;

/** Functions are open to everybody by default, and these run with their owner's rights. */
const CLOSE = 'revoke all on all functions in schema ledger from public';

export const createBatchResolution: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [ITEMS, WRITE, RESOLVE_MANY, CLOSE]) await sql.raw(part).execute(db);
  },
};
