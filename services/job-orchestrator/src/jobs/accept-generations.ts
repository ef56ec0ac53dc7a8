import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import type { AcceptRequest } from './accept-request';
import type { JobsTx } from './job-changes';

const HOUR_MS = 3_600_000;
const BATCH = 1_000;

/** Jobs of one user that are about to be started. */
export type Counted = Pick<AcceptRequest, 'userId' | 'jobIds' | 'limits'>;

interface HourRow {
  readonly owner_user_id: string;
  /** Counted in this hour, what was just added included. */
  readonly count: number;
  /** Counted in the hour before. */
  readonly before: number;
  /** How much of this hour has passed, 0 to 1. */
  readonly share: number;
}

/**
 * Counts what these requests start against their users' hour, in one statement, in the order of arrival. The hour slides: what was
 * started in the last hour of the clock counts by the part of it that is less than an hour ago. Returns the requests for which there
 * is no room; they are counted for nothing. Users are locked in one order, so that two groups cannot wait for each other.
 */
export async function countGenerations<R extends Counted>(
  tx: JobsTx,
  requests: readonly R[],
): Promise<ReadonlyMap<R, AppError>> {
  const limited = requests.filter(({ limits }) => limits.generationsPerHour !== null);
  const refused = new Map<R, AppError>();
  if (limited.length === 0) return refused;
  const hours = await addToHours(tx, limited);
  for (const [owner, mine] of Map.groupBy(limited, ({ userId }) => userId)) {
    const hour = hours.get(owner);
    if (!hour) throw new AppError('internal', `The hour of user ${owner} was not counted.`);
    let counted = hour.count - mine.reduce((sum, { jobIds }) => sum + jobIds.length, 0);
    for (const request of mine) {
      const error = refusalOf(request, { ...hour, count: counted });
      if (error) refused.set(request, error);
      else counted += request.jobIds.length;
    }
  }
  await giveBackGenerations(tx, [...refused.keys()]);
  return refused;
}

/** Takes back what was counted in this transaction for requests that are refused. */
export async function giveBackGenerations(tx: JobsTx, requests: readonly Counted[]): Promise<void> {
  const limited = requests.filter(({ limits }) => limits.generationsPerHour !== null);
  if (limited.length === 0) return;
  const { owners, counts } = perOwner(limited);
  await sql`
    UPDATE jobs.generation_hours AS known SET count = known.count - back.count
    FROM unnest(${owners}::uuid[], ${counts}::int[]) AS back (owner_user_id, count)
    WHERE known.owner_user_id = back.owner_user_id AND known.hour = date_trunc('hour', now(), 'UTC')`.execute(
    tx.sql,
  );
}

async function addToHours(tx: JobsTx, requests: readonly Counted[]): Promise<ReadonlyMap<string, HourRow>> {
  const { owners, counts } = perOwner(requests);
  const { rows } = await sql<HourRow>`
    WITH added AS (
      INSERT INTO jobs.generation_hours AS known (owner_user_id, hour, count)
      SELECT owner_user_id, date_trunc('hour', now(), 'UTC'), count
      FROM unnest(${owners}::uuid[], ${counts}::int[]) AS more (owner_user_id, count) ORDER BY owner_user_id
      ON CONFLICT (owner_user_id, hour) DO UPDATE SET count = known.count + excluded.count
      RETURNING owner_user_id, hour, count
    )
    SELECT added.owner_user_id, added.count, coalesce(before.count, 0) AS before,
      extract(epoch FROM now() - added.hour)::float8 / 3600 AS share
    FROM added LEFT JOIN jobs.generation_hours AS before
      ON before.owner_user_id = added.owner_user_id AND before.hour = added.hour - interval '1 hour'`.execute(
    tx.sql,
  );
  return new Map(rows.map((row) => [row.owner_user_id, row]));
}

function perOwner(requests: readonly Counted[]): { owners: string[]; counts: number[] } {
  const counts = new Map<string, number>();
  for (const { userId, jobIds } of requests) counts.set(userId, (counts.get(userId) ?? 0) + jobIds.length);
  const owners = [...counts.keys()].sort();
  return { owners, counts: owners.map((owner) => counts.get(owner) ?? 0) };
}

function refusalOf({ limits, jobIds }: Counted, hour: HourRow): AppError | undefined {
  const limit = limits.generationsPerHour;
  if (limit === null) return undefined;
  const used = hour.before * (1 - hour.share) + hour.count;
  if (used + jobIds.length <= limit) return undefined;
  const retryAfterMs = untilRoom({ limit, wanted: jobIds.length, ...hour });
  const left = Math.max(0, Math.floor(limit - used));
  const wait =
    jobIds.length > limit
      ? 'Ask for fewer at once.'
      : `Try again in ${Math.ceil(retryAfterMs / 60_000)} min.`;
  return new AppError(
    'rate_limited',
    `Your plan allows ${limit} generations an hour, and ${left} are left for the ${jobIds.length} asked for. ${wait}`,
    { retryable: true, retryAfterMs, details: { limit_per_hour: limit, left } },
  );
}

/** Milliseconds until so many more fit, if nothing else is started. Pure. */
export function untilRoom(now: {
  readonly limit: number;
  readonly wanted: number;
  readonly count: number;
  readonly before: number;
  readonly share: number;
}): number {
  const { limit, wanted, count, before, share } = now;
  const room = limit - wanted;
  if (count <= room) {
    // Within this hour, as the hour before slides away.
    const at = before === 0 ? share : 1 - (room - count) / before;
    return Math.max(0, Math.ceil((at - share) * HOUR_MS));
  }
  // In the next hour, as this one slides away.
  const at = room <= 0 ? 1 : 1 - room / count;
  return Math.ceil((1 - share + at) * HOUR_MS);
}

/** Forgets hours that count for nothing any more, in short statements. */
export async function forgetOldHours(database: Pick<Database<JobsSchema>, 'sql'>): Promise<void> {
  await sql`
    DELETE FROM jobs.generation_hours WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM jobs.generation_hours WHERE hour < now() - interval '3 hours'
      ORDER BY hour LIMIT ${BATCH}))`.execute(database.sql);
}
