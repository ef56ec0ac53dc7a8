import { sql, type Kysely, type RawBuilder } from 'kysely';
import { PROVIDERS } from '@shotloom/contracts';
import type { JobsSchema } from '../schema/tables';

/**
 * How long an order counts against the limit of its key. Seconds: a minute, and what an order may take from the fence to the vendor
 * longer than the one behind it.
 */
export const SPAN_SECONDS = 65;

/**
 * The budget of creates. A key's orders are counted by the second (`jobs.create_windows`), on Postgres' clock, and one is given only
 * where those of this second and of the 64 before it are fewer than N: so any 64 seconds have at most N, also the first after a quiet
 * time. A token bucket of N would let up to 2N through there; one with a burst of 1 would keep the bound, but make the second of two
 * videos wait although the vendor would take both at once.
 *
 * It is taken with the fence, since only that is where an order is sent: workers that were away begin all that was offered meanwhile at
 * once, and an attempt that the vendor turned away is sent again without another start. The scheduler only looks, and starts no more than
 * what is left after the attempts that are still to be sent: who has to wait holds no slot.
 *
 * Three parts of one statement, after a `mine` with `attempt_id`, `job_id`, `credential_id` and `creates_per_minute` (null: no
 * limit), whose attempts are locked: `allowed` are those of `mine` that may be sent now.
 */
export const ALLOWED_CREATES = sql`
  asked AS (
    SELECT credential_id, creates_per_minute, count(*)::int AS wanted FROM mine
    WHERE creates_per_minute IS NOT NULL GROUP BY credential_id, creates_per_minute
  ), taken AS (
    INSERT INTO jobs.create_windows AS known (credential_id, second, counts, granted)
    SELECT credential_id, ${secondOf(sql`clock_timestamp()`)}, array_fill(0, ARRAY[${SPAN_SECONDS - 1}::int]) || least(wanted, creates_per_minute),
      least(wanted, creates_per_minute)
    FROM asked ORDER BY credential_id
    ON CONFLICT (credential_id) DO UPDATE SET (second, counts, granted) = (
      SELECT moved.second, moved.counts[:${SPAN_SECONDS - 1}::int] || moved.counts[${SPAN_SECONDS}::int] + give.count, give.count
      FROM (
        SELECT now.second, ARRAY(
          SELECT coalesce(known.counts[place + now.second - known.second], 0)
          FROM generate_series(1, ${SPAN_SECONDS}::int) AS place ORDER BY place) AS counts
        FROM (SELECT greatest(known.second, ${secondOf(sql`clock_timestamp()`)}) AS second) AS now
      ) AS moved
      CROSS JOIN LATERAL (SELECT greatest(0, least(excluded.granted,
        (SELECT creates_per_minute FROM asked WHERE asked.credential_id = excluded.credential_id)
          - (SELECT sum(count) FROM unnest(moved.counts) AS count)))::int AS count) AS give)
    RETURNING credential_id, granted
  ), allowed AS (
    SELECT turn.* FROM (
      SELECT mine.*, row_number() OVER (PARTITION BY credential_id ORDER BY job_id) AS place FROM mine) AS turn
    LEFT JOIN taken USING (credential_id)
    WHERE turn.creates_per_minute IS NULL OR turn.place <= taken.granted
  )`;

const LIMITED = PROVIDERS.filter(({ createsPerMinute }) => createsPerMinute !== null);

/** The limit of the provider of `attempt`: the operator's over the catalogue's; null where there is none. */
export const CREATES_PER_MINUTE = sql<number | null>`
  (SELECT coalesce(settings.creates_per_minute, spec.creates)
   FROM (SELECT attempt.provider) AS named
   LEFT JOIN unnest(${LIMITED.map(({ id }) => id)}::text[], ${LIMITED.map(({ createsPerMinute }) => createsPerMinute)}::int[])
     AS spec (provider, creates) USING (provider)
   LEFT JOIN jobs.provider_settings AS settings USING (provider))`;

/**
 * One row: how many creates are left under a key, less than 0 where its limit was lowered, and when there will be more. What is still to
 * be sent counts, and frees nothing before the end of a span. Without a limit both are null.
 */
export function createsLeft(
  credentialId: RawBuilder<unknown>,
  at: RawBuilder<Date>,
  perMinute: number | null,
): RawBuilder<unknown> {
  if (perMinute === null) return sql`(SELECT NULL::int AS creates, NULL::timestamptz AS next_create_at)`;
  return sql`(
    SELECT ${perMinute}::int - coalesce(sent.count, 0) - waiting.count AS creates,
      coalesce(sent.until, ${at} + make_interval(secs => ${SPAN_SECONDS})) AS next_create_at
    FROM ${sentOf(credentialId, at)} AS sent
    CROSS JOIN (SELECT count(*)::int AS count FROM (
      SELECT FROM jobs.attempts AS attempt WHERE attempt.credential_id = ${credentialId} AND attempt.status = 'submitting'
      LIMIT ${perMinute}) AS unsent) AS waiting)`;
}

/** When a key that has none may have a create again. Seconds from now, at least 1. */
export async function secondsToCreate(
  executor: Kysely<JobsSchema>,
  credentialId: string | null,
): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    SELECT greatest(1, extract(epoch FROM sent.until - clock_timestamp()))::float8 AS seconds
    FROM ${sentOf(sql`${credentialId}::uuid`, sql<Date>`clock_timestamp()`)} AS sent`.execute(executor);
  return rows[0]?.seconds ?? 1;
}

/** How far ahead of the clock a window may be: it is read a moment after it was written. Seconds. */
const AHEAD_SECONDS = 2;

/**
 * Brings windows that are ahead of Postgres' clock back to it: it was set back (a server that took over has another one), and what was
 * ordered would count until it is there again. From now on it counts for a span, which is never too short. Returns how many there were.
 */
export async function bringBackWindows(executor: Kysely<JobsSchema>): Promise<number> {
  const { numAffectedRows } = await sql`
    UPDATE jobs.create_windows SET second = ${secondOf(sql`clock_timestamp()`)}
    WHERE second > ${secondOf(sql`clock_timestamp()`)} + ${AHEAD_SECONDS}::int`.execute(executor);
  return Number(numAffectedRows ?? 0n);
}

/** One row: orders of a key that still count, and when the oldest of them does so no more; null where there are none. */
function sentOf(credentialId: RawBuilder<unknown>, at: RawBuilder<Date>): RawBuilder<unknown> {
  return sql`(
    SELECT sum(part.count)::int AS count, to_timestamp(min(sent.second + part.place)) AS until
    FROM jobs.create_windows AS sent CROSS JOIN LATERAL unnest(sent.counts) WITH ORDINALITY AS part (count, place)
    WHERE sent.credential_id = ${credentialId} AND part.count > 0 AND sent.second + part.place > ${secondOf(at)})`;
}

function secondOf(at: RawBuilder<Date>): RawBuilder<number> {
  return sql<number>`floor(extract(epoch FROM ${at}))::bigint`;
}
