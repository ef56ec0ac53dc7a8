import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Of payers whose gates are taken. Nearly none of them owes anything. */
const SETTLE_DEBTS = `
  create function ledger.settle_debts(p_owners uuid[]) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_owner uuid;
  begin
    for v_owner in
      select owner_id from ledger.accounts where owner_id = any(p_owners) and kind = 'debt' and balance < 0
    loop
      perform ledger.settle_debt(v_owner);
    end loop;
  end $$;
  revoke all on function ledger.settle_debts(uuid[]) from public;`;

/**
 * What a hold gives back pays what its payer owes, as a grant does. Otherwise whoever sets all credits aside, has the money paid back and
 * then cancels would have the credits for nothing. A hold that is not ended by this call has no gate taken for it, and is left out.
 */
const RESOLVE = `
  create or replace function ledger.capture_hold(p_hold uuid, p_amount bigint) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  begin
    return ledger.resolve_many(jsonb_build_array(
      jsonb_build_object('hold_id', p_hold, 'outcome', 'captured', 'amount', p_amount))) -> 0;
  end $$;
  create or replace function ledger.release_hold(p_hold uuid) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  begin
    return ledger.resolve_many(jsonb_build_array(
      jsonb_build_object('hold_id', p_hold, 'outcome', 'released', 'amount', 0))) -> 0;
  end $$;
  create or replace function ledger.resolve_many(p_items jsonb) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_item record;
    v_results jsonb;
  begin
    if jsonb_array_length(p_items) <> 1 then
      v_results := ledger.resolve_batch(p_items);
    else
      select * into v_item from ledger.resolution_items(p_items);
      v_results := jsonb_build_array(ledger.resolve_hold(v_item.hold_id, v_item.outcome, v_item.captured));
    end if;
    perform ledger.settle_debts(array(select distinct h.owner_id
      from ledger.resolution_items(p_items) i join ledger.holds h on h.id = i.hold_id
      where v_results -> (i.place - 1)::int ->> 'status' in ('captured', 'released')));
    return v_results;
  end $$;`;

export const payDebtsFromReturns: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [SETTLE_DEBTS, RESOLVE]) await sql.raw(part).execute(db);
    // Made anew, it has lost them.
    for (const setting of ['plan_cache_mode = force_generic_plan', 'enable_seqscan = off']) {
      await sql`alter function ledger.resolve_many(jsonb) set ${sql.raw(setting)}`.execute(db);
    }
  },
};
