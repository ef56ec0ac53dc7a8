import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** As `resolve_many` for a caller who knows that each is the first of its hold: another outcome fails the whole transaction. */
const RESOLVE_ALL = `
  create function ledger.resolve_all(p_items jsonb) returns void language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_results jsonb := ledger.resolve_many(p_items);
  begin
    for v_place in 0 .. jsonb_array_length(p_items) - 1 loop
      if v_results -> v_place ->> 'status' is distinct from p_items -> v_place ->> 'outcome' then
        raise exception 'hold % cannot be %: %', p_items -> v_place ->> 'hold_id', p_items -> v_place ->> 'outcome',
          v_results -> v_place using errcode = 'assert_failure';
      end if;
    end loop;
  end $$;`;

export const resolveAllAtOnce: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(RESOLVE_ALL).execute(db);
    await sql.raw('revoke all on function ledger.resolve_all(jsonb) from public').execute(db);
  },
};
