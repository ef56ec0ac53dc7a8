import { sql, type Kysely } from 'kysely';
import type { IdentityTables } from '../../identity/schema/tables';

/** How fast somebody may ask: tokens in a second, and how many may be saved up. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What a replica tells of a bucket and asks of it. */
export interface LeaseRequest {
  readonly key: string;
  readonly rate: Rate;
  /** Requests that were let through without a token since the last question. */
  readonly used: number;
  readonly wanted: number;
}

export interface Lease {
  readonly granted: number;
  /** What is left in the bucket for all; below zero where more was used than there was. */
  readonly left: number;
}

/**
 * Takes tokens out of shared buckets for one replica, many buckets by one statement, on Postgres' clock. A bucket that is not there is
 * full. Whatever replicas do, no more is granted in any time than the burst, and the rate times the time.
 */
export async function leaseTokens(
  executor: Kysely<IdentityTables>,
  requests: readonly LeaseRequest[],
): Promise<ReadonlyMap<string, Lease>> {
  if (requests.length === 0) return new Map();
  const { rows } = await sql<Lease & { key: string }>`
    WITH asked AS (
      SELECT * FROM unnest(
        ${requests.map(({ key }) => key)}::text[], ${requests.map(({ rate }) => rate.perSecond)}::float8[],
        ${requests.map(({ rate }) => rate.burst)}::float8[], ${requests.map(({ used }) => used)}::float8[],
        ${requests.map(({ wanted }) => wanted)}::int[]) AS ask (key, per_second, burst, used, wanted)
    )
    INSERT INTO identity.rate_buckets AS bucket (key, tokens, granted, refilled_at)
    SELECT key, greatest(-burst, burst - used) - greatest(0, least(wanted, floor(burst - used))),
      greatest(0, least(wanted, floor(burst - used)))::int, clock_timestamp()
    FROM asked ORDER BY key
    ON CONFLICT (key) DO UPDATE SET (tokens, granted, refilled_at) = (
      SELECT filled.tokens - give.count, give.count, filled.at
      FROM (
        SELECT clock.at, ask.wanted, greatest(-ask.burst, least(ask.burst, bucket.tokens
          + greatest(0, extract(epoch FROM clock.at - bucket.refilled_at)) * ask.per_second) - ask.used) AS tokens
        FROM (SELECT clock_timestamp() AS at) AS clock, asked AS ask WHERE ask.key = excluded.key
      ) AS filled
      CROSS JOIN LATERAL (SELECT greatest(0, least(filled.wanted, floor(filled.tokens)))::int AS count) AS give)
    RETURNING key, granted, tokens AS left`.execute(executor);
  return new Map(rows.map(({ key, granted, left }) => [key, { granted, left }]));
}

const SWEEP_ROWS = 1_000;
const MOST_SWEEPS = 20;

/** Removes buckets that nobody asked of for a quarter of an hour: they are full. */
export async function forgetFullBuckets(executor: Kysely<IdentityTables>): Promise<void> {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
    const gone = await sql`
      DELETE FROM identity.rate_buckets WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM identity.rate_buckets WHERE refilled_at < now() - interval '15 minutes'
        LIMIT ${SWEEP_ROWS} FOR UPDATE SKIP LOCKED))`.execute(executor);
    if ((gone.numAffectedRows ?? 0n) < BigInt(SWEEP_ROWS)) return;
  }
}
