import { sql as raw, type RawBuilder } from 'kysely';
import type { UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import type { Parts } from '../parts';
import type { WebhookTables } from '../schema/tables';
import { isFull, shareOut, type CallLimits, type DueEndpoint } from './share-out';

type Sql = UnitOfWork<WebhookTables>['sql'];

/** A delivery that this process alone may send until its claim ends. */
export interface Claimed {
  readonly id: string;
  readonly endpointId: string;
  readonly claimId: string;
  readonly eventId: string;
  /** This call included. */
  readonly attempts: number;
}

export interface ClaimOptions extends CallLimits {
  readonly now: Date;
  /** When whoever did not answer by then is taken for dead, and the delivery comes up again. */
  readonly until: Date;
  /** Calls that this process has room for. */
  readonly room: number;
}

/** What one pass took. */
export interface Claims {
  readonly claimed: readonly Claimed[];
  /** Whether others may be due that were not looked at. */
  readonly more: boolean;
}

/** Endpoints looked at in a pass; a pass follows at once where there is more. */
const ENDPOINTS_A_PASS = 200;
/** When an endpoint that has its full number of calls is looked at again, where the end of a call does not bring it up before. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Claims what is due, within the limits of endpoints and accounts. One pass at a time over all replicas, so that the limits hold exactly; it
 * reads as much as it may claim, whatever waits. The claim is the row: who dies with one leaves it to be claimed again.
 */
export async function claimDue(
  database: Pick<Parts['database'], 'run'>,
  options: ClaimOptions,
): Promise<Claims> {
  return database.run(async ({ sql }) => {
    await raw`select pg_advisory_xact_lock(hashtextextended('webhooks.claim', 0))`.execute(sql);
    const due = await dueEndpoints(sql, options);
    if (due.length === 0) return { claimed: [], more: false };
    const shares = shareOut(due, options, options.room);
    const claimed = await claim(sql, shares, options);
    await reckonDue(sql, due, shares, options);
    return { claimed, more: due.length === ENDPOINTS_A_PASS };
  });
}

interface RunningCalls {
  readonly account_id: string;
  readonly endpoint_id: string;
  readonly calls: number;
}

/** Calls under way, as many rows as all replicas have room for calls. */
async function runningCalls(sql: Sql, now: Date): Promise<readonly RunningCalls[]> {
  const rows = await sql
    .selectFrom('webhooks.deliveries')
    .select(['account_id', 'endpoint_id', (select) => select.fn.countAll<number>().as('calls')])
    .where('claimed_until', 'is not', null)
    .where('claimed_until', '>', now)
    .groupBy(['account_id', 'endpoint_id'])
    .execute();
  return rows.map((row) => ({ ...row, calls: Number(row.calls) }));
}

const callsOf = (running: readonly RunningCalls[], of: Partial<RunningCalls>): number =>
  running
    .filter(({ account_id, endpoint_id }) => account_id === of.account_id || endpoint_id === of.endpoint_id)
    .reduce((sum, { calls }) => sum + calls, 0);

/**
 * Those whose time came first. Accounts that have all the calls that they may have are passed over, however many endpoints of theirs are due (one for
 * each job that was given a URL): else the others would wait behind them.
 */
async function dueEndpoints(sql: Sql, { now, perAccount }: ClaimOptions): Promise<readonly DueEndpoint[]> {
  const running = await runningCalls(sql, now);
  const full = [...new Set(running.map(({ account_id }) => account_id))].filter(
    (accountId) => callsOf(running, { account_id: accountId }) >= perAccount,
  );
  let query = sql
    .selectFrom('webhooks.endpoints')
    .select(['id', 'account_id', 'failures'])
    .where('due_at', '<=', now)
    .where('disabled_reason', 'is', null)
    .where('deleted_at', 'is', null);
  if (full.length > 0)
    query = query.where('id', '=', raw<string>`any (array(${firstDueOfOthers(now, full)}))`);
  const endpoints = await query
    .orderBy('due_at')
    .limit(ENDPOINTS_A_PASS)
    .forNoKeyUpdate()
    .skipLocked()
    .execute();
  return endpoints.map(({ id, account_id: accountId, failures }) => ({
    ...{ id, accountId, failures },
    running: callsOf(running, { endpoint_id: id }),
    accountRunning: callsOf(running, { account_id: accountId }),
  }));
}

/** In the words of the indexes. */
const DUE = raw`due_at is not null and disabled_reason is null and deleted_at is null`;

/**
 * Account by account of those for which something waits, so that what is due for the full ones is not read. Ordered by all of the index
 * `endpoints_due_by_account`, which is what keeps Postgres on it where a few accounts have nearly everything.
 */
const firstDueOfOthers = (now: Date, full: readonly string[]): RawBuilder<unknown> => raw`
  with recursive account (id) as (
    (select account_id from webhooks.endpoints where ${DUE} order by account_id, due_at limit 1)
    union all
    select next.account_id from account cross join lateral (
      select account_id from webhooks.endpoints where ${DUE} and account_id > account.id
      order by account_id, due_at limit 1
    ) as next
  )
  select due.id from account cross join lateral (
    select id, due_at from webhooks.endpoints
    where ${DUE} and (account_id, due_at) >= (account.id, '-infinity') and (account_id, due_at) <= (account.id, ${now})
    order by account_id, due_at limit ${ENDPOINTS_A_PASS}
  ) as due
  where account.id <> all (${full}::uuid[])
  order by due.due_at limit ${ENDPOINTS_A_PASS}`;

/** A call counts when it is claimed: who died may have made it. */
async function claim(
  sql: Sql,
  shares: ReadonlyMap<string, number>,
  { now, until }: ClaimOptions,
): Promise<readonly Claimed[]> {
  if (shares.size === 0) return [];
  const claimId = newId();
  const { rows } = await raw<Claimed>`
    update webhooks.deliveries as delivery
    set claim_id = ${claimId}, claimed_until = ${until}, next_try_at = ${until}, attempts = attempts + 1
    where delivery.id in (
      select chosen.id
      from unnest(${[...shares.keys()]}::uuid[], ${[...shares.values()]}::int[]) as share (endpoint_id, calls)
      cross join lateral (
        select waiting.id from webhooks.deliveries as waiting
        where waiting.endpoint_id = share.endpoint_id and waiting.status = 'pending'
          and waiting.next_try_at <= ${now}
        order by waiting.next_try_at limit share.calls for update skip locked
      ) as chosen
    )
    returning id, endpoint_id as "endpointId", claim_id as "claimId", event_id as "eventId", attempts`.execute(
    sql,
  );
  return rows;
}

/**
 * When each is looked at next: when its next delivery is due, or a little later where it has all the calls that it may have. One that waits for a
 * place of its account keeps its turn, and its row is not written.
 */
async function reckonDue(
  sql: Sql,
  due: readonly DueEndpoint[],
  shares: ReadonlyMap<string, number>,
  options: ClaimOptions,
): Promise<void> {
  const { now } = options;
  const later = new Date(now.getTime() + LOOK_AGAIN_MS);
  const full = due
    .filter((endpoint) => isFull(endpoint, shares.get(endpoint.id) ?? 0, options))
    .map(({ id }) => id);
  await raw`
    update webhooks.endpoints as endpoint set due_at = look.at
    from (
      select next.id, case
        when next.at <= ${now} and next.id = any (${full}::uuid[]) then ${later}::timestamptz else next.at end as at
      from (
        select looked.id, (
          select min(waiting.next_try_at) from webhooks.deliveries as waiting
          where waiting.endpoint_id = looked.id and waiting.status = 'pending'
        ) as at
        from unnest(${due.map(({ id }) => id)}::uuid[]) as looked (id)
      ) as next
    ) as look
    where endpoint.id = look.id and endpoint.due_at is distinct from look.at`.execute(sql);
}
