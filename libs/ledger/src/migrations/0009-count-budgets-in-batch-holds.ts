import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

const ITEMS = `
  drop function ledger.batch_items(jsonb);
  create function ledger.batch_items(p_items jsonb) returns table (place bigint, hold_id uuid, account_id uuid,
    amount bigint, reference text, price_version text, alarm_at timestamptz, budgets jsonb) language sql immutable
    set search_path = pg_catalog, pg_temp as $$
    select i.place, i.hold_id, i.account_id, i.amount, i.reference, i.price_version, i.alarm_at, i.budgets
    from rows from (jsonb_to_recordset(p_items) as (hold_id uuid, account_id uuid, amount bigint, reference text,
      price_version text, alarm_at timestamptz, budgets jsonb)) with ordinality
      as i (hold_id, account_id, amount, reference, price_version, alarm_at, budgets, place)
  $$;`;

/**
 * Missing accounts are opened before any gate is taken, and then all gates in the order of their ids. The other way
 * round, an account that somebody opened while this batch waited for a gate was in neither step. Opening locks nothing
 * that is there already: that would be a gate out of order.
 */
const ENTER_BATCH = `
  create or replace function ledger.enter_batch(p_owners uuid[]) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_owner uuid;
    v_missing uuid[];
  begin
    v_missing := array(select distinct o.id from unnest(p_owners) as o (id)
      where not exists (select from ledger.accounts a where a.owner_id = o.id));
    if v_missing <> '{}' then
      insert into ledger.accounts (id, owner_id, kind)
        select ledger.new_id(), o.id, k.kind
        from unnest(v_missing) as o (id)
        cross join unnest(array['available', 'held', 'captured', 'source', 'debt']) with ordinality
          as k (kind, position)
        order by o.id, k.position
        on conflict do nothing;
    end if;
    perform 1 from ledger.accounts where kind = 'available' and owner_id = any(p_owners) order by id for update;
    for v_owner in
      select distinct owner_id from ledger.lots
      where owner_id = any(p_owners) and has_rest and expires_at <= clock_timestamp()
    loop
      perform ledger.expire_owner(v_owner);
    end loop;
  end $$;`;

/** As before, and the hold remembers whether it counts. */
const WRITE_BATCH = `
  create or replace function ledger.write_batch(p_items jsonb, p_places bigint[]) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_wanted bigint;
    v_taken bigint;
  begin
    with item as materialized (
      select i.*, sum(i.amount) over (partition by i.account_id order by i.place)::bigint as upto
      from ledger.batch_items(p_items) i where i.place = any(p_places)
    ), made as (
      insert into ledger.holds (id, owner_id, amount, reference, price_version, alarm_at, budgeted)
      select hold_id, account_id, amount, reference, price_version,
        coalesce(alarm_at, clock_timestamp() + interval '1 day'), budgets is not null from item
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

/** Each item with what its account has, and whether it must take the way of a single hold. */
const CANDIDATES = `
      select i.place, i.account_id, i.amount, i.budgets, a.balance,
        row_number() over (partition by i.hold_id order by i.place) > 1
          or row_number() over (partition by i.reference order by i.place) > 1
          or exists (select from ledger.holds h where h.id = i.hold_id)
          or exists (select from ledger.holds h where h.reference = i.reference) as known
      from ledger.batch_items(p_items) i
      join ledger.accounts a on a.owner_id = i.account_id and a.kind = 'available'`;

/**
 * Who is paid when budgets count: they are shared by accounts, so the items go in the order of arrival over all of
 * them, with a running sum for each account and each budget.
 */
const PAY_BUDGETED = `
  create function ledger.pay_budgeted(p_items jsonb, inout p_results jsonb[], out p_paid bigint[],
    out p_single bigint[]) language plpgsql set search_path = pg_catalog, pg_temp as $$
  declare
    v_item record;
    v_left jsonb := '{}';
    v_spent jsonb;
    v_available bigint;
    v_over jsonb;
  begin
    p_paid := '{}';
    p_single := '{}';
    perform ledger.enter_budgets(
      array(select b.key from ledger.batch_items(p_items) i cross join ledger.budget_items(i.budgets) b
        order by i.place, b.place),
      array(select b.period from ledger.batch_items(p_items) i cross join ledger.budget_items(i.budgets) b
        order by i.place, b.place));
    select jsonb_object_agg(n.name, b.spent) into v_spent
      from (select distinct b.name, b.key, b.period
        from ledger.batch_items(p_items) i cross join ledger.budget_items(i.budgets) b) n
      join ledger.budgets b on b.key = n.key and b.period = n.period;
    for v_item in ${CANDIDATES}
      order by i.place
    loop
      v_available := coalesce((v_left ->> v_item.account_id::text)::bigint, v_item.balance);
      v_over := null;
      if v_item.budgets is not null and v_item.amount > 0 then
        select jsonb_build_object('status', 'over_budget', 'key', b.key,
            'left', greatest(0, b.maximum - (v_spent ->> b.name)::bigint)) into v_over
          from ledger.budget_items(v_item.budgets) b
          where (v_spent ->> b.name)::bigint + v_item.amount > b.maximum order by b.place limit 1;
      end if;
      if v_item.known then
        p_single := p_single || v_item.place;
      elsif v_item.amount > v_available then
        p_results[v_item.place] := jsonb_build_object('status', 'insufficient', 'available', v_available);
      elsif v_over is not null then
        p_results[v_item.place] := v_over;
      else
        p_paid := p_paid || v_item.place;
        v_left := v_left || jsonb_build_object(v_item.account_id, v_available - v_item.amount);
        v_spent := v_spent || coalesce((select jsonb_object_agg(b.name, (v_spent ->> b.name)::bigint + v_item.amount)
          from ledger.budget_items(v_item.budgets) b), '{}');
      end if;
    end loop;
  end $$;`;

/** Writes down what `pay_budgeted` decided: each budget's row once. */
const COUNT_BATCH = `
  create function ledger.count_batch(p_items jsonb, p_places bigint[]) returns void language sql
    set search_path = pg_catalog, pg_temp as $$
    with counted as materialized (
      select i.hold_id, i.amount, b.key, b.period
      from ledger.batch_items(p_items) i cross join ledger.budget_items(i.budgets) b where i.place = any(p_places)
    ), named as (
      insert into ledger.hold_budgets (hold_id, key, period) select hold_id, key, period from counted
    )
    update ledger.budgets b set spent = b.spent + c.amount
    from (select key, period, sum(amount)::bigint as amount from counted group by key, period) c
    where b.key = c.key and b.period = c.period and c.amount > 0
  $$;`;

/** As before where no item counts against a budget. */
const HOLD_MANY = `
  create or replace function ledger.hold_many(p_items jsonb) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_item record;
    v_owner uuid;
    v_left bigint;
    v_paid bigint[] := '{}';
    v_single bigint[] := '{}';
    v_results jsonb[] := array_fill('{"status": "held"}'::jsonb, array[jsonb_array_length(p_items)]);
    v_budgeted boolean := p_items @? '$[*].budgets[*]';
  begin
    perform ledger.enter_batch(array(select distinct account_id from ledger.batch_items(p_items)));
    if v_budgeted then
      select p.p_results, p.p_paid, p.p_single into v_results, v_paid, v_single
        from ledger.pay_budgeted(p_items, v_results) p;
    else
      for v_item in ${CANDIDATES}
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
    end if;
    perform ledger.write_batch(p_items, v_paid);
    if v_budgeted then
      perform ledger.count_batch(p_items, v_paid);
    end if;
    for v_item in select i.* from ledger.batch_items(p_items) i where i.place = any(v_single) order by i.place loop
      v_results[v_item.place] := ledger.hold_credits(v_item.hold_id, v_item.account_id, v_item.amount,
        v_item.reference, v_item.price_version, v_item.alarm_at, v_item.budgets);
    end loop;
    return to_jsonb(v_results);
  end $$;`;

export const countBudgetsInBatchHolds: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const parts = [ITEMS, ENTER_BATCH, WRITE_BATCH, PAY_BUDGETED, COUNT_BATCH, HOLD_MANY];
    for (const part of parts) await sql.raw(part).execute(db);
    await sql`revoke all on all functions in schema ledger from public`.execute(db);
  },
};
