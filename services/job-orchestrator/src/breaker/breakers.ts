import { sql, type Kysely, type Selectable, type UpdateObject } from 'kysely';
import type { Logger } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';
import type { BreakersTable } from '../schema/scheduler-tables';
import {
  OUTAGES_TO_OPEN,
  PROBE_SECONDS,
  isBreakerReason,
  openSeconds,
  opensAtOnce,
  type BreakerReason,
} from './breaker-policy';

export interface Outcomes {
  readonly provider: string;
  readonly credentialId: string;
  /** Calls that the vendor did not answer as a vendor should: `provider_unavailable`, `provider_timeout`. */
  readonly outages: number;
  /** Calls that it answered, whatever it said of the job. */
  readonly successes: number;
  /** The key itself was refused: opens at once. */
  readonly refusal?: 'provider_auth_failed' | 'provider_quota_exhausted';
  /** The code of the last outage; `provider_unavailable` unless told. */
  readonly outageCode?: 'provider_unavailable' | 'provider_timeout';
}

export interface BreakerChange {
  readonly provider: string;
  readonly credentialId: string;
  readonly to: 'open' | 'closed';
  readonly reason: BreakerReason | null;
  /** Until a probe may go; null where it was closed. */
  readonly waitSeconds: number | null;
}

type Row = Selectable<BreakersTable>;

/**
 * Takes in how calls under a credential went. Five outages in a row open the breaker, a refused key does at once; while it is open,
 * no new attempt starts under that key, and what is in flight goes on. A success while its probe is out closes it; an outage then
 * opens it again, for twice as long. Returns what changed, for `logBreakerChange` after the commit.
 *
 * A healthy key costs one read without a lock. Must be called after the locks of jobs and attempts were taken.
 */
export async function recordOutcomes(
  executor: Kysely<JobsSchema>,
  outcomes: Outcomes,
): Promise<BreakerChange | null> {
  const { provider, credentialId, outages, successes, refusal } = outcomes;
  if (outages > 0 || refusal !== undefined) await ensureRow(executor, provider, credentialId);
  const row = await lockTroubled(executor, outcomes);
  if (!row) return null;
  if (refusal !== undefined) return row.state === 'open' ? null : open(executor, row, refusal);
  switch (row.state) {
    case 'open':
      // What was sent before it opened still comes in: it says nothing about now.
      return null;
    case 'half_open':
      if (successes > 0) return close(executor, row);
      return outages > 0 ? open(executor, row, codeOf(outcomes, row)) : null;
    case 'closed':
      return count(executor, row, outcomes);
  }
}

async function count(
  executor: Kysely<JobsSchema>,
  row: Row,
  outcomes: Outcomes,
): Promise<BreakerChange | null> {
  const total = outcomes.successes > 0 ? 0 : row.outages + outcomes.outages;
  if (total >= OUTAGES_TO_OPEN) return open(executor, row, codeOf(outcomes, row));
  await change(executor, row, { outages: total });
  return null;
}

function codeOf({ outageCode }: Outcomes, { reason }: Row): BreakerReason {
  if (outageCode !== undefined) return outageCode;
  return reason !== null && isBreakerReason(reason) && !opensAtOnce(reason) ? reason : 'provider_unavailable';
}

async function ensureRow(
  executor: Kysely<JobsSchema>,
  provider: string,
  credentialId: string,
): Promise<void> {
  await executor
    .insertInto('jobs.breakers')
    .values({ provider, credential_id: credentialId, state: 'closed', reason: null, retry_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The row where these outcomes may change it. A key without trouble has none, or one that a success leaves as it is. */
function lockTroubled(executor: Kysely<JobsSchema>, outcomes: Outcomes): Promise<Row | undefined> {
  const bad = outcomes.outages > 0 || outcomes.refusal !== undefined;
  return executor
    .selectFrom('jobs.breakers')
    .selectAll()
    .where('provider', '=', outcomes.provider)
    .where('credential_id', '=', outcomes.credentialId)
    .where(
      bad ? sql<boolean>`true` : sql<boolean>`(state = 'half_open' OR (state = 'closed' AND outages > 0))`,
    )
    .forUpdate()
    .executeTakeFirst();
}

async function open(executor: Kysely<JobsSchema>, row: Row, reason: BreakerReason): Promise<BreakerChange> {
  const opens = row.opens + 1;
  const waitSeconds = openSeconds(opens, reason);
  await change(executor, row, {
    state: 'open',
    reason,
    opens,
    outages: 0,
    retry_at: sql<Date>`clock_timestamp() + make_interval(secs => ${waitSeconds})`,
  });
  return { provider: row.provider, credentialId: row.credential_id, to: 'open', reason, waitSeconds };
}

async function close(executor: Kysely<JobsSchema>, row: Row): Promise<BreakerChange> {
  await change(executor, row, { state: 'closed', reason: null, opens: 0, outages: 0, retry_at: null });
  return {
    provider: row.provider,
    credentialId: row.credential_id,
    to: 'closed',
    reason: null,
    waitSeconds: null,
  };
}

async function change(
  executor: Kysely<JobsSchema>,
  row: Row,
  patch: UpdateObject<JobsSchema, 'jobs.breakers'>,
): Promise<void> {
  await update(executor)
    .set(patch)
    .set({ changed_at: sql<Date>`clock_timestamp()` })
    .where('provider', '=', row.provider)
    .where('credential_id', '=', row.credential_id)
    .execute();
}

const update = (executor: Kysely<JobsSchema>) => executor.updateTable('jobs.breakers');

/** Closes a breaker by hand: the operator has mended the key. The outages begin to count anew. */
export async function resetBreaker(
  executor: Kysely<JobsSchema>,
  provider: string,
  credentialId: string,
): Promise<void> {
  await update(executor)
    .set({ state: 'closed', reason: null, opens: 0, outages: 0, retry_at: null })
    .set({ changed_at: sql<Date>`clock_timestamp()` })
    .where('provider', '=', provider)
    .where('credential_id', '=', credentialId)
    .execute();
}

/**
 * Claims the one probe of each breaker whose wait is over. Returns the credentials that an attempt may start under: those claimed
 * here, and those whose breaker was closed meanwhile. One claim in all replicas: the claim moves `retry_at`.
 */
export async function claimProbes(
  executor: Kysely<JobsSchema>,
  provider: string,
  credentialIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (credentialIds.length === 0) return new Set();
  const { rows } = await sql<{ credential_id: string }>`
    UPDATE jobs.breakers SET
      state = CASE state WHEN 'closed' THEN 'closed' ELSE 'half_open' END,
      retry_at = CASE state WHEN 'closed' THEN NULL ELSE clock_timestamp() + make_interval(secs => ${PROBE_SECONDS}) END,
      changed_at = clock_timestamp()
    WHERE provider = ${provider} AND credential_id = ANY (${credentialIds}::uuid[])
      AND (state = 'closed' OR retry_at <= clock_timestamp())
    RETURNING credential_id`.execute(executor);
  return new Set(rows.map((row) => row.credential_id));
}

/** A change is news for the operator, each time. */
export function logBreakerChange(logger: Logger, change: BreakerChange): void {
  const { provider, credentialId, reason, waitSeconds } = change;
  if (change.to === 'closed') {
    logger.info({ provider, credentialId }, 'the vendor answers again: attempts start under this key');
    return;
  }
  logger.warn(
    { provider, credentialId, reason, waitSeconds },
    'no new attempts start under this key until the vendor was tried again',
  );
}
