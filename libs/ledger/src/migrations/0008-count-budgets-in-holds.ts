import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** With budgets as one more argument. The function without it stays for replicas of the release before. */
const HOLD = `
  create function ledger.hold_credits(p_hold uuid, p_owner uuid, p_amount bigint, p_reference text,
    p_price_version text, p_alarm_at timestamptz, p_budgets jsonb) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_available bigint;
    v_known record;
    v_over jsonb;
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
    if p_budgets is not null then
      v_over := ledger.count_budgets(p_amount, p_budgets);
      if v_over is not null then
        return v_over;
      end if;
    end if;
    insert into ledger.holds (id, owner_id, amount, reference, price_version, alarm_at, budgeted)
      values (p_hold, p_owner, p_amount, p_reference, p_price_version,
        coalesce(p_alarm_at, clock_timestamp() + interval '1 day'), p_budgets is not null);
    if p_budgets is not null then
      insert into ledger.hold_budgets (hold_id, key, period)
        select p_hold, b.key, b.period from ledger.budget_items(p_budgets) b;
    end if;
    if p_amount > 0 then
      perform ledger.take_lots(p_owner, p_hold, p_amount);
      perform ledger.post(p_owner, 'available', 'held', p_amount, 'hold', p_hold::text, p_hold, null, null);
    end if;
    return jsonb_build_object('status', 'held');
  end $$;
  create or replace function ledger.hold_credits(p_hold uuid, p_owner uuid, p_amount bigint, p_reference text,
    p_price_version text, p_alarm_at timestamptz) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  begin
    return ledger.hold_credits(p_hold, p_owner, p_amount, p_reference, p_price_version, p_alarm_at, null);
  end $$;`;

const RESOLVE = `
  create or replace function ledger.resolve_hold(p_hold uuid, p_outcome text, p_captured bigint) returns jsonb
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
    select amount, state, budgeted into strict v_hold from ledger.holds where id = p_hold for update;
    if v_hold.state <> 'open' then
      return jsonb_build_object('status', 'already', 'resolution', ledger.resolution_of(p_hold));
    end if;
    if p_captured > v_hold.amount then
      return jsonb_build_object('status', 'too_much', 'held', v_hold.amount);
    end if;
    v_returned := v_hold.amount - p_captured;
    if v_hold.budgeted and v_returned > 0 then
      perform ledger.lock_budgets(array[p_hold]);
      perform ledger.return_budgets(array[p_hold], array[v_returned]);
    end if;
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

/** A child counts against the budgets of its parent, which has that much less: what they have spent does not move. */
const SPLIT = `
  create or replace function ledger.split_hold(p_parent uuid, p_child uuid, p_amount bigint, p_reference text)
    returns jsonb language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
    select amount, state, price_version, alarm_at, budgeted into strict v_parent from ledger.holds
      where id = p_parent for update;
    if v_parent.state <> 'open' or v_parent.amount < p_amount then
      return jsonb_build_object('status', 'insufficient', 'available',
        case when v_parent.state = 'open' then v_parent.amount else 0 end);
    end if;
    insert into ledger.holds (id, owner_id, amount, reference, parent_hold_id, price_version, alarm_at, budgeted)
      values (p_child, v_owner, p_amount, p_reference, p_parent, v_parent.price_version, v_parent.alarm_at,
        v_parent.budgeted);
    if v_parent.budgeted then
      insert into ledger.hold_budgets (hold_id, key, period)
        select p_child, n.key, n.period from ledger.hold_budgets n where n.hold_id = p_parent;
    end if;
    if p_amount > 0 then
      perform ledger.move_hold_lots(p_parent, p_child, p_amount);
      update ledger.holds set amount = amount - p_amount where id = p_parent;
      perform ledger.post(v_owner, 'held', 'held', p_amount, 'split', p_child::text, p_parent, null, null);
    end if;
    return jsonb_build_object('status', 'split');
  end $$;`;

export const countBudgetsInHolds: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [HOLD, RESOLVE, SPLIT]) await sql.raw(part).execute(db);
    await sql`revoke all on all functions in schema ledger from public`.execute(db);
  },
};
