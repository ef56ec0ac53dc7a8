import { sql } from 'kysely';
import type { limitsChangedV1, PayloadOf } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsTx } from './job-changes';
import type { JobsSchema } from '../schema/tables';

type News = PayloadOf<typeof limitsChangedV1>;
type Limits = Omit<News, 'account'>;

/** Users whose limits are changed by one transaction. */
const BATCH = 500;

/**
 * What a plan allows from now on, for all that waits of those who have it. Older news changes nothing, and the same again changes
 * nothing. Gives the providers at which somebody waits whom it concerns.
 */
export async function changeLimits(
  database: Database<JobsSchema>,
  news: News,
  batch = BATCH,
): Promise<ReadonlySet<string>> {
  const { account } = news;
  const limits = await database.run((tx) => (account === null ? notePlan(tx, news) : newestOf(tx, news)));
  const providers = new Set<string>();
  for (let count = batch; count >= batch;) {
    const done = await database.run((tx) => changeSome(tx, account, limits, batch));
    done.providers.forEach((provider) => providers.add(provider));
    count = done.count;
  }
  return providers;
}

/** Keeps news of a plan, for accounts that are said to have it by a message that comes later. */
async function notePlan(tx: JobsTx, news: News): Promise<Limits> {
  const { planId, version, concurrency, perProvider, weight } = news;
  await sql`
    INSERT INTO jobs.plan_limits AS known (plan_id, version, concurrency, per_provider, weight)
    VALUES (${planId}, ${version}, ${concurrency}, ${perProvider}, ${weight})
    ON CONFLICT (plan_id) DO UPDATE SET version = excluded.version, concurrency = excluded.concurrency,
      per_provider = excluded.per_provider, weight = excluded.weight
    WHERE known.version < excluded.version`.execute(tx.sql);
  return news;
}

/** The account has this plan now; the plan itself may have been changed since that was written. */
async function newestOf(tx: JobsTx, news: News): Promise<Limits> {
  const plan = await tx.sql
    .selectFrom('jobs.plan_limits')
    .selectAll()
    .where('plan_id', '=', news.planId)
    .where('version', '>', news.version)
    .executeTakeFirst();
  if (!plan) return news;
  const { version, concurrency, per_provider: perProvider, weight } = plan;
  return { planId: news.planId, version, concurrency, perProvider, weight };
}

/**
 * Wakes their lanes too, with the plan's weight: who chose a lower one for a job keeps it. Locked in the order of the accepts, which
 * write the same rows.
 */
async function changeSome(
  tx: JobsTx,
  account: News['account'],
  { planId, version, concurrency, perProvider, weight }: Limits,
  batch: number,
): Promise<{ count: number; providers: string[] }> {
  const older = account
    ? sql`known.account_id = ${account.id}::uuid AND known.account_version < ${account.version}`
    : sql`known.plan_id = ${planId} AND known.version < ${version}`;
  const accountVersion = account?.version ?? null;
  const { rows } = await sql<{ count: number; providers: string[] }>`
    WITH older AS (
      SELECT known.owner_user_id, known.weight FROM jobs.user_limits AS known
      WHERE ${older} ORDER BY known.owner_user_id LIMIT ${batch} FOR UPDATE
    ), changed AS (
      UPDATE jobs.user_limits AS known SET concurrency = ${concurrency}, per_provider = ${perProvider}, plan_id = ${planId},
        weight = ${weight}, version = ${version}, account_version = coalesce(${accountVersion}, known.account_version),
        changed_at = clock_timestamp()
      FROM older WHERE known.owner_user_id = older.owner_user_id
      RETURNING known.owner_user_id, older.weight AS before
    ), woken AS (
      INSERT INTO jobs.lane_wakes (provider, owner_user_id, weight, own_key)
      SELECT lane.provider, lane.owner_user_id,
        CASE WHEN lane.weight >= coalesce(changed.before, lane.weight) THEN ${weight}::real ELSE least(lane.weight, ${weight}::real) END,
        lane.own_key
      FROM jobs.lanes AS lane JOIN changed USING (owner_user_id) WHERE lane.state <> 'idle'
      RETURNING provider
    )
    SELECT (SELECT count(*)::int FROM changed) AS count, ARRAY(SELECT DISTINCT provider FROM woken) AS providers`.execute(
    tx.sql,
  );
  return rows[0] ?? { count: 0, providers: [] };
}
