import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** As before; what is not captured goes back to the budgets, those of all items locked at once. */
const RESOLVE_MANY = `
  create or replace function ledger.resolve_many(p_items jsonb) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_item record;
    v_owners uuid[];
    v_usual bigint[] := '{}';
    v_budgeted uuid[] := '{}';
    v_returning uuid[] := '{}';
    v_returned bigint[] := '{}';
    v_single bigint[] := '{}';
    v_results jsonb[] := array_fill('{"status": "unknown"}'::jsonb, array[jsonb_array_length(p_items)]);
  begin
    v_owners := array(select distinct h.owner_id
      from ledger.resolution_items(p_items) i join ledger.holds h on h.id = i.hold_id);
    perform 1 from ledger.accounts where kind = 'available' and owner_id = any(v_owners) order by id for update;
    for v_item in
      select i.place, i.hold_id, i.outcome, i.captured, h.amount - i.captured as returned, h.state, h.budgeted,
        row_number() over (partition by i.hold_id order by i.place) as turn
      from ledger.resolution_items(p_items) i
      join ledger.holds h on h.id = i.hold_id and h.owner_id = any(v_owners)
      order by i.place
    loop
      if v_item.budgeted then
        v_budgeted := v_budgeted || v_item.hold_id;
      end if;
      if v_item.turn = 1 and v_item.state = 'open' and v_item.returned >= 0 then
        v_usual := v_usual || v_item.place;
        v_results[v_item.place] := jsonb_build_object('status', v_item.outcome, 'captured', v_item.captured,
          'returned', v_item.returned);
        if v_item.budgeted then
          v_returning := v_returning || v_item.hold_id;
          v_returned := v_returned || v_item.returned;
        end if;
      else
        v_single := v_single || v_item.place;
      end if;
    end loop;
    if v_budgeted <> '{}' then
      perform ledger.lock_budgets(v_budgeted);
      perform ledger.return_budgets(v_returning, v_returned);
    end if;
    perform ledger.write_resolutions(p_items, v_usual);
    for v_item in
      select i.* from ledger.resolution_items(p_items) i where i.place = any(v_single) order by i.place
    loop
      v_results[v_item.place] := ledger.resolve_hold(v_item.hold_id, v_item.outcome, v_item.captured);
    end loop;
    return to_jsonb(v_results);
  end $$;`;

export const returnBudgetsInBatchResolutions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(RESOLVE_MANY).execute(db);
  },
};
