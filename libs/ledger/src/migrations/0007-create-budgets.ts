import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** A hold says by `budgeted` that it counts, so that one without budgets costs no look into a second table. */
const TABLES = `
  create table ledger.budgets (
    key text not null check (length(key) between 1 and 200),
    period text not null check (length(period) between 1 and 40),
    spent bigint not null default 0 check (spent >= 0),
    primary key (key, period)
  ) with (fillfactor = 60);
  comment on column ledger.budgets.spent is 'What open holds that name it hold, and what was captured of the others.';
  alter table ledger.holds add column budgeted boolean not null default false;
  create table ledger.hold_budgets (
    hold_id uuid not null references ledger.holds,
    key text not null,
    period text not null,
    primary key (hold_id, key, period),
    foreign key (key, period) references ledger.budgets
  );
  create index hold_budgets_budget on ledger.hold_budgets (key, period);
  create trigger undeletable before delete on ledger.budgets for each row execute function ledger.refuse_change();
  create trigger immutable before update or delete on ledger.hold_budgets
    for each row execute function ledger.refuse_change();
  create trigger untruncatable before truncate on ledger.budgets execute function ledger.refuse_change();
  create trigger untruncatable before truncate on ledger.hold_budgets execute function ledger.refuse_change();`;

const ITEMS = `
  create function ledger.budget_items(p_budgets jsonb) returns table (place bigint, key text, period text,
    maximum bigint, name text) language sql immutable set search_path = pg_catalog, pg_temp as $$
    select b.place, b.key, b.period, b.maximum, jsonb_build_array(b.key, b.period)::text
    from rows from (jsonb_to_recordset(p_budgets) as (key text, period text, maximum bigint)) with ordinality
      as b (key, period, maximum, place)
  $$;`;

/**
 * Budgets are shared by payers, so they are locked after all gates and in the order of (key, period). Every missing row
 * is made before any is locked: whoever waits for a row that another transaction is making holds no lock yet that the
 * other could want. The lock lets the foreign keys of `hold_budgets` pass, which ask in no order.
 */
const LOCK = `
  create function ledger.enter_budgets(p_keys text[], p_periods text[]) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  begin
    insert into ledger.budgets (key, period)
      select distinct n.key, n.period from unnest(p_keys, p_periods) as n (key, period) order by 1, 2
      on conflict do nothing;
    perform 1 from ledger.budgets b
      where (b.key, b.period) in (select n.key, n.period from unnest(p_keys, p_periods) as n (key, period))
      order by b.key, b.period for no key update of b;
  end $$;
  create function ledger.lock_budgets(p_holds uuid[]) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  begin
    perform 1 from ledger.budgets b
      where (b.key, b.period) in (select n.key, n.period from ledger.hold_budgets n where n.hold_id = any(p_holds))
      order by b.key, b.period for no key update of b;
  end $$;`;

/** Counts one amount against all its budgets or against none; says then which one has too little left. */
const COUNT = `
  create function ledger.count_budgets(p_amount bigint, p_budgets jsonb) returns jsonb language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_over jsonb;
  begin
    perform ledger.enter_budgets(array(select key from ledger.budget_items(p_budgets) order by place),
      array(select period from ledger.budget_items(p_budgets) order by place));
    if p_amount = 0 then
      return null;
    end if;
    select jsonb_build_object('status', 'over_budget', 'key', i.key, 'left', greatest(0, i.maximum - b.spent))
      into v_over
      from ledger.budget_items(p_budgets) i join ledger.budgets b on b.key = i.key and b.period = i.period
      where b.spent + p_amount > i.maximum order by i.place limit 1;
    if v_over is null then
      update ledger.budgets b set spent = b.spent + p_amount
        from ledger.budget_items(p_budgets) i where b.key = i.key and b.period = i.period;
    end if;
    return v_over;
  end $$;`;

/** What holds did not capture; their budgets are locked already. */
const RETURN = `
  create function ledger.return_budgets(p_holds uuid[], p_amounts bigint[]) returns void language sql
    set search_path = pg_catalog, pg_temp as $$
    update ledger.budgets b set spent = b.spent - r.amount
    from (
      select n.key, n.period, sum(h.amount)::bigint as amount
      from unnest(p_holds, p_amounts) as h (hold_id, amount)
      join ledger.hold_budgets n on n.hold_id = h.hold_id group by n.key, n.period
    ) r
    where b.key = r.key and b.period = r.period and r.amount > 0
  $$;`;

export const createBudgets: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [TABLES, ITEMS, LOCK, COUNT, RETURN]) await sql.raw(part).execute(db);
    await sql`revoke all on all tables in schema ledger from public`.execute(db);
    await sql`revoke all on all functions in schema ledger from public`.execute(db);
  },
};
