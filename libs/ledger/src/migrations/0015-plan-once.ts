import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * Functions in SQL that cannot be inlined are parsed and planned at every call, which takes longer than they run; those in PL/pgSQL keep
 * their plans as long as the connection lives. What they do is what it was.
 */
const KEEP_PLANS = `
  create or replace function ledger.new_id() returns uuid language plpgsql volatile
    set search_path = pg_catalog, pg_temp as $$
  begin
    return encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
      substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid;
  end $$;

  create or replace function ledger.batch_items(p_items jsonb) returns table (place bigint, hold_id uuid, account_id uuid,
    amount bigint, reference text, price_version text, alarm_at timestamptz, budgets jsonb) language plpgsql immutable rows 30
    set search_path = pg_catalog, pg_temp as $$
  begin
    return query select i.place, i.hold_id, i.account_id, i.amount, i.reference, i.price_version, i.alarm_at, i.budgets
    from rows from (jsonb_to_recordset(p_items) as (hold_id uuid, account_id uuid, amount bigint, reference text,
      price_version text, alarm_at timestamptz, budgets jsonb)) with ordinality
      as i (hold_id, account_id, amount, reference, price_version, alarm_at, budgets, place);
  end $$;

  create or replace function ledger.resolution_items(p_items jsonb) returns table (place bigint, hold_id uuid, outcome text,
    captured bigint) language plpgsql immutable rows 30 set search_path = pg_catalog, pg_temp as $$
  begin
    return query select i.place, i.hold_id, i.outcome, case when i.outcome = 'captured' then i.amount else 0 end
    from rows from (jsonb_to_recordset(p_items) as (hold_id uuid, outcome text, amount bigint)) with ordinality
      as i (hold_id, outcome, amount, place);
  end $$;

  create or replace function ledger.budget_items(p_budgets jsonb) returns table (place bigint, key text, period text,
    maximum bigint, name text) language plpgsql immutable rows 2 set search_path = pg_catalog, pg_temp as $$
  begin
    return query select b.place, b.key, b.period, b.maximum, jsonb_build_array(b.key, b.period)::text
    from rows from (jsonb_to_recordset(p_budgets) as (key text, period text, maximum bigint)) with ordinality
      as b (key, period, maximum, place);
  end $$;

  create or replace function ledger.return_lots(p_hold uuid, p_captured bigint) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  begin
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
    from part where l.id = part.lot_id and part.amount > part.captured;
  end $$;`;

/**
 * What holds and resolves is run for each job, by keys: a plan for just these values is never better than the one that is kept. It
 * finds its rows by indexes whatever the statistics said when it was made. Holds for all that these functions call.
 */
const ENTRANCES = ['hold_many(jsonb)', 'resolve_many(jsonb)'];

export const planOnce: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(KEEP_PLANS).execute(db);
    for (const signature of ENTRANCES) {
      for (const setting of ['plan_cache_mode = force_generic_plan', 'enable_seqscan = off']) {
        await sql`alter function ${sql.raw(`ledger.${signature}`)} set ${sql.raw(setting)}`.execute(db);
      }
    }
  },
};
