import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Takes an amount from lots, soonest expiry first, by a running sum: one statement however many lots there are. */
const TAKE_LOTS = `
  create function ledger.take_lots(p_owner uuid, p_hold uuid, p_amount bigint) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_taken bigint;
  begin
    with spendable as (
      select id, remaining,
        coalesce(sum(remaining) over (order by expires_at, created_at, id
          rows between unbounded preceding and 1 preceding), 0)::bigint as before
      from ledger.lots where owner_id = p_owner and has_rest
    ), part as (
      select id, least(remaining, p_amount - before) as amount from spendable where before < p_amount
    ), taken as (
      update ledger.lots l set remaining = l.remaining - part.amount from part where l.id = part.id
    ), named as (
      insert into ledger.hold_lots (hold_id, lot_id, amount) select p_hold, id, amount from part returning amount
    )
    select coalesce(sum(amount), 0) into v_taken from named;
    if v_taken <> p_amount then
      raise exception 'the lots of % hold % and not the % that its balance says', p_owner, v_taken, p_amount
        using errcode = 'data_corrupted';
    end if;
  end $$;`;

const HOLD = `
  create function ledger.hold_credits(p_hold uuid, p_owner uuid, p_amount bigint, p_reference text,
    p_price_version text, p_alarm_at timestamptz) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_available bigint;
    v_known record;
  begin
    v_available := ledger.enter(p_owner);
    select h.id, h.owner_id, h.reference, h.amount + coalesce((
        select sum(t.amount) from ledger.transfers t where t.hold_id = h.id and t.kind = 'split'), 0) as amount
      into v_known from ledger.holds h where h.id = p_hold or h.reference = p_reference;
    if found then
      return jsonb_build_object('status', case when v_known.id = p_hold and v_known.owner_id = p_owner
        and v_known.reference = p_reference and v_known.amount = p_amount then 'already' else 'mismatch' end);
    end if;
    v_available := v_available - ledger.expire_owner(p_owner);
    if v_available < p_amount then
      return jsonb_build_object('status', 'insufficient', 'available', v_available);
    end if;
    insert into ledger.holds (id, owner_id, amount, reference, price_version, alarm_at)
      values (p_hold, p_owner, p_amount, p_reference, p_price_version,
        coalesce(p_alarm_at, clock_timestamp() + interval '1 day'));
    if p_amount > 0 then
      perform ledger.take_lots(p_owner, p_hold, p_amount);
      perform ledger.post(p_owner, 'available', 'held', p_amount, 'hold', p_hold::text, p_hold, null, null);
    end if;
    return jsonb_build_object('status', 'held');
  end $$;`;

const RESOLVE = `
  create function ledger.resolution_of(p_hold uuid) returns jsonb language sql stable
    set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('outcome', outcome, 'captured', captured, 'returned', returned)
    from ledger.resolutions where hold_id = p_hold
  $$;
  create function ledger.resolve_hold(p_hold uuid, p_outcome text, p_captured bigint) returns jsonb
    language plpgsql set search_path = pg_catalog, pg_temp as $$
  declare
    v_owner uuid;
    v_hold record;
    v_returned bigint;
  begin
    select owner_id into v_owner from ledger.holds where id = p_hold;
    if not found then
      return jsonb_build_object('status', 'unknown');
    end if;
    perform ledger.enter(v_owner);
    select amount, state into strict v_hold from ledger.holds where id = p_hold for update;
    if v_hold.state <> 'open' then
      return jsonb_build_object('status', 'already', 'resolution', ledger.resolution_of(p_hold));
    end if;
    if p_captured > v_hold.amount then
      return jsonb_build_object('status', 'too_much', 'held', v_hold.amount);
    end if;
    v_returned := v_hold.amount - p_captured;
    perform ledger.return_lots(p_hold, p_captured);
    if p_captured > 0 then
      perform ledger.post(v_owner, 'held', 'captured', p_captured, 'capture', p_hold::text, p_hold, null, null);
    end if;
    if v_returned > 0 then
      perform ledger.post(v_owner, 'held', 'available', v_returned, 'release', p_hold::text, p_hold, null, null);
    end if;
    update ledger.holds set state = p_outcome, captured_amount = p_captured where id = p_hold;
    insert into ledger.resolutions (hold_id, outcome, captured, returned)
      values (p_hold, p_outcome, p_captured, v_returned);
    return jsonb_build_object('status', p_outcome, 'captured', p_captured, 'returned', v_returned);
  end $$;`;

/** Captures from the soonest expiry on; the rest goes back to the lots that it came from. */
const RETURN_LOTS = `
  create function ledger.return_lots(p_hold uuid, p_captured bigint) returns void language sql
    set search_path = pg_catalog, pg_temp as $$
    with named as (
      select h.lot_id, h.amount,
        coalesce(sum(h.amount) over (order by l.expires_at, l.created_at, l.id
          rows between unbounded preceding and 1 preceding), 0)::bigint as before
      from ledger.hold_lots h join ledger.lots l on l.id = h.lot_id where h.hold_id = p_hold
    ), part as (
      select lot_id, amount, greatest(0, least(amount, p_captured - before)) as captured from named
    ), kept as (
      update ledger.hold_lots h set captured_amount = part.captured from part
      where h.hold_id = p_hold and h.lot_id = part.lot_id and part.captured > 0
    )
    update ledger.lots l set remaining = l.remaining + part.amount - part.captured
    from part where l.id = part.lot_id and part.amount > part.captured
  $$;`;

const CAPTURE_AND_RELEASE = `
  create function ledger.capture_hold(p_hold uuid, p_amount bigint) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  begin
    return ledger.resolve_hold(p_hold, 'captured', p_amount);
  end $$;
  create function ledger.release_hold(p_hold uuid) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  begin
    return ledger.resolve_hold(p_hold, 'released', 0);
  end $$;`;

/** A story's hold becomes the holds of its shots, without passing through what others could spend. */
const SPLIT = `
  create function ledger.split_hold(p_parent uuid, p_child uuid, p_amount bigint, p_reference text) returns jsonb
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  declare
    v_owner uuid;
    v_parent record;
    v_known record;
  begin
    select owner_id into v_owner from ledger.holds where id = p_parent;
    if not found then
      return jsonb_build_object('status', 'unknown');
    end if;
    perform ledger.enter(v_owner);
    select id, parent_hold_id, reference into v_known from ledger.holds
      where id = p_child or reference = p_reference;
    if found then
      return jsonb_build_object('status', case when v_known.id = p_child and v_known.reference = p_reference
        and v_known.parent_hold_id = p_parent then 'already' else 'mismatch' end);
    end if;
    select amount, state, price_version, alarm_at into strict v_parent from ledger.holds
      where id = p_parent for update;
    if v_parent.state <> 'open' or v_parent.amount < p_amount then
      return jsonb_build_object('status', 'insufficient', 'available',
        case when v_parent.state = 'open' then v_parent.amount else 0 end);
    end if;
    insert into ledger.holds (id, owner_id, amount, reference, parent_hold_id, price_version, alarm_at)
      values (p_child, v_owner, p_amount, p_reference, p_parent, v_parent.price_version, v_parent.alarm_at);
    if p_amount > 0 then
      perform ledger.move_hold_lots(p_parent, p_child, p_amount);
      update ledger.holds set amount = amount - p_amount where id = p_parent;
      perform ledger.post(v_owner, 'held', 'held', p_amount, 'split', p_child::text, p_parent, null, null);
    end if;
    return jsonb_build_object('status', 'split');
  end $$;`;

const MOVE_HOLD_LOTS = `
  create function ledger.move_hold_lots(p_parent uuid, p_child uuid, p_amount bigint) returns void language sql
    set search_path = pg_catalog, pg_temp as $$
    with named as (
      select h.lot_id, h.amount,
        coalesce(sum(h.amount) over (order by l.expires_at, l.created_at, l.id
          rows between unbounded preceding and 1 preceding), 0)::bigint as before
      from ledger.hold_lots h join ledger.lots l on l.id = h.lot_id where h.hold_id = p_parent
    ), part as (
      select lot_id, least(amount, p_amount - before) as amount from named where before < p_amount and amount > 0
    ), less as (
      update ledger.hold_lots h set amount = h.amount - part.amount from part
      where h.hold_id = p_parent and h.lot_id = part.lot_id
    )
    insert into ledger.hold_lots (hold_id, lot_id, amount) select p_child, lot_id, amount from part
  $$;`;

export const createHoldFunctions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const parts = [TAKE_LOTS, HOLD, RETURN_LOTS, RESOLVE, CAPTURE_AND_RELEASE, MOVE_HOLD_LOTS, SPLIT];
    for (const part of parts) await sql.raw(part).execute(db);
  },
};
