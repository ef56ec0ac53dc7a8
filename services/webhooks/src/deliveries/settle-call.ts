import { sql as raw } from 'kysely';
import { storableText } from '@shotloom/kernel';
import type { UnitOfWork } from '@shotloom/database';
import type { Parts } from '../parts';
import type { WebhookTables } from '../schema/tables';
import type { Claimed } from './claim-due';
import { judge, type CallResult, type Verdict } from './verdict';

type Sql = UnitOfWork<WebhookTables>['sql'];

export interface Settled {
  /** Null where another call has taken this one's place. */
  readonly verdict: Verdict | null;
  /** How the endpoint fares, after a call that failed. */
  readonly failing: { readonly since: Date; readonly failures: number } | null;
}

/** Writes down what came of a call, and when the next is due. Only under the claim that it was made with. */
export async function settleCall(
  database: Parts['database'],
  claimed: Claimed,
  result: Exclude<CallResult, { kind: 'stopped' }>,
  { now, durationMs }: { readonly now: Date; readonly durationMs: number },
): Promise<Settled> {
  const verdict = judge(result, claimed.attempts);
  return database.run(async ({ sql }) => {
    await lockFirst(sql, claimed);
    const { numUpdatedRows } = await sql
      .updateTable('webhooks.deliveries')
      .set({
        ...outcomeOf(verdict, now),
        ...{ claim_id: null, claimed_until: null, last_tried_at: now, duration_ms: durationMs },
        status_code: result.kind === 'answered' ? result.status : null,
        answer: result.kind === 'answered' ? storableText(result.text) : null,
      })
      .where('id', '=', claimed.id)
      .where('claim_id', '=', claimed.claimId)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return { verdict: null, failing: null };
    return { verdict, failing: await noteHealth(sql, claimed.endpointId, verdict, now) };
  });
}

/** Lets go of a claim whose call came to nothing by our doing: it counts for no try, and is made when `at` comes. */
export async function giveBack(database: Parts['database'], claimed: Claimed, at: Date): Promise<void> {
  await database.run(async ({ sql }) => {
    await lockFirst(sql, claimed);
    const { numUpdatedRows } = await sql
      .updateTable('webhooks.deliveries')
      .set((set) => ({
        ...{ claim_id: null, claimed_until: null, next_try_at: at },
        attempts: set('attempts', '-', 1),
      }))
      .where('id', '=', claimed.id)
      .where('claim_id', '=', claimed.claimId)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return;
    await sql
      .updateTable('webhooks.endpoints')
      .set({ due_at: at })
      .where('id', '=', claimed.endpointId)
      .where('disabled_reason', 'is', null)
      .where('deleted_at', 'is', null)
      .where((where) => where.or([where('due_at', 'is', null), where('due_at', '>', at)]))
      .execute();
  });
}

/** The endpoint first, as everywhere. */
async function lockFirst(sql: Sql, { endpointId }: Claimed): Promise<void> {
  await sql
    .selectFrom('webhooks.endpoints')
    .select('id')
    .where('id', '=', endpointId)
    .forNoKeyUpdate()
    .execute();
}

function outcomeOf(verdict: Verdict, now: Date) {
  if (verdict.kind === 'delivered')
    return { status: 'delivered' as const, next_try_at: null, delivered_at: now, error: null };
  if (verdict.kind === 'failed')
    return { status: 'failed' as const, next_try_at: null, error: verdict.reason };
  return {
    status: 'pending' as const,
    next_try_at: new Date(now.getTime() + verdict.waitMs),
    error: verdict.reason,
  };
}

/** A place of the endpoint is free, so it is looked at again; when its next delivery is due is reckoned then. */
async function noteHealth(
  sql: Sql,
  endpointId: string,
  { kind }: Verdict,
  now: Date,
): Promise<Settled['failing']> {
  const isGood = kind === 'delivered';
  const row = await sql
    .updateTable('webhooks.endpoints')
    .set((set) => ({
      due_at: raw<Date | null>`case when disabled_reason is null then ${now}::timestamptz end`,
      failing_since: isGood ? null : set.fn.coalesce('failing_since', set.val(now)),
      failures: isGood ? 0 : set('failures', '+', 1),
    }))
    .where('id', '=', endpointId)
    .where('deleted_at', 'is', null)
    .returning(['failing_since as since', 'failures', 'disabled_reason'])
    .executeTakeFirst();
  if (!row?.since || row.disabled_reason !== null) return null;
  return { since: row.since, failures: row.failures };
}
