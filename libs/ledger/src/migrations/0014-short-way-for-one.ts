import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** What the batch functions were, under other names: for batches of two and more. */
const KEEP_BATCHES = `
  do $$ begin
    execute replace(pg_get_functiondef('ledger.hold_many(jsonb)'::regprocedure), 'ledger.hold_many(', 'ledger.hold_batch(');
    execute replace(pg_get_functiondef('ledger.resolve_many(jsonb)'::regprocedure), 'ledger.resolve_many(',
      'ledger.resolve_batch(');
  end $$;`;

/**
 * A batch of one takes the way of a single hold, which is a third of the work: the statement for batches writes eight tables and costs
 * most of its time before it comes to the first row. The locks are the same: one gate, then budgets.
 */
const SHORT_WAY = `
  create or replace function ledger.hold_many(p_items jsonb) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_item record;
  begin
    if jsonb_array_length(p_items) <> 1 then
      return ledger.hold_batch(p_items);
    end if;
    select * into v_item from ledger.batch_items(p_items);
    return jsonb_build_array(ledger.hold_credits(v_item.hold_id, v_item.account_id, v_item.amount, v_item.reference,
      v_item.price_version, v_item.alarm_at, v_item.budgets));
  end $$;
  create or replace function ledger.resolve_many(p_items jsonb) returns jsonb language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
  declare
    v_item record;
  begin
    if jsonb_array_length(p_items) <> 1 then
      return ledger.resolve_batch(p_items);
    end if;
    select * into v_item from ledger.resolution_items(p_items);
    return jsonb_build_array(ledger.resolve_hold(v_item.hold_id, v_item.outcome, v_item.captured));
  end $$;
  revoke all on function ledger.hold_batch(jsonb), ledger.resolve_batch(jsonb) from public;`;

/**
 * The statements of batches do not depend on how large a batch is, and planning them anew took longer than running them. They find
 * their rows by indexes whatever the statistics said when the plan was made.
 */
const PLAN_ONCE = [
  'write_batch(jsonb, bigint[])',
  'write_resolutions(jsonb, bigint[])',
  'enter_batch(uuid[])',
];

export const shortWayForOne: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [KEEP_BATCHES, SHORT_WAY]) await sql.raw(part).execute(db);
    for (const signature of PLAN_ONCE) {
      for (const setting of ['plan_cache_mode = force_generic_plan', 'enable_seqscan = off']) {
        await sql`alter function ${sql.raw(`ledger.${signature}`)} set ${sql.raw(setting)}`.execute(db);
      }
    }
  },
};
