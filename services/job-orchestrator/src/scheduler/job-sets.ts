import { sql, type RawBuilder } from 'kysely';
import { clockOnce } from '@shotloom/database';
import type { Counted } from './lane-upkeep';
import type { ProviderNow } from './provider-limits';

/**
 * What `not_before` is while a job of a set waits for a place in it: no lane has it among its heads before it is released. A released
 * job has its place until it ends, through its tries, as the set's user sees it.
 */
export const SET_ASIDE = new Date('9999-12-31T00:00:00.000Z');
/** So far ahead is no backoff. Seconds. */
const NO_BACKOFF = 1e9;

/** Whether a wait of so many seconds is for a place in a set. */
export const isSetAside = (seconds: number): boolean => seconds > NO_BACKOFF;

/** Sets that nobody announced are looked at again after this. Seconds. */
const LOOK_AGAIN_SECONDS = 30;
const OLD_SETS = 50;

/**
 * Lets as many jobs of each set go on as it has free places, in the order that they were made. Runs under the provider's lock, as all
 * that starts something: so the limit of a set holds over all replicas. Its lanes are woken by the statement that takes wakes, which
 * comes next. Gives how many sets were looked at.
 */
export function releaseOfSets({ provider }: ProviderNow, bound: number): RawBuilder<Counted> {
  return sql<Counted>`
    WITH woken AS (
      DELETE FROM jobs.set_wakes WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM jobs.set_wakes WHERE provider = ${provider} ORDER BY seq LIMIT ${bound}))
      RETURNING set_id
    ), looked AS (
      SELECT wanted.set_id, wanted.max_concurrent - known.going AS places, known.aside
      FROM jobs.job_sets AS wanted CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE job.not_before < ${SET_ASIDE}) AS going,
          count(*) FILTER (WHERE job.not_before >= ${SET_ASIDE}) AS aside
        FROM jobs.jobs AS job WHERE job.set_id = wanted.set_id AND job.finished_at IS NULL
      ) AS known
      WHERE wanted.set_id IN (SELECT set_id FROM woken)
    ), next AS (
      SELECT job.job_id FROM looked CROSS JOIN LATERAL (
        SELECT job_id FROM jobs.jobs WHERE set_id = looked.set_id AND finished_at IS NULL AND not_before >= ${SET_ASIDE}
        ORDER BY created_at, job_id LIMIT greatest(0, looked.places) FOR UPDATE SKIP LOCKED
      ) AS job
    ), released AS (
      UPDATE jobs.jobs AS job SET not_before = 'epoch' FROM next WHERE job.job_id = next.job_id
      RETURNING job.owner_user_id, job.weight, job.own_key
    ), lanes AS (
      INSERT INTO jobs.lane_wakes (provider, owner_user_id, weight, own_key)
      SELECT ${provider}, owner_user_id, max(weight), own_key FROM released GROUP BY owner_user_id, own_key
    ), noted AS (
      UPDATE jobs.job_sets AS known SET looked_at = clock_timestamp(), open = looked.aside > 0
      FROM looked WHERE known.set_id = looked.set_id
    )
    SELECT count(*)::int AS count FROM woken`;
}

/** Has the sets looked at again that nobody announced for long: a job that somebody held at the wrong moment was left out. */
export function lookAtOldSets(provider: string): RawBuilder<unknown> {
  return sql`
    INSERT INTO jobs.set_wakes (provider, set_id)
    SELECT provider, set_id FROM jobs.job_sets
    WHERE provider = ${provider} AND open AND looked_at < ${clockOnce} - make_interval(secs => ${LOOK_AGAIN_SECONDS})
    ORDER BY looked_at LIMIT ${OLD_SETS}`;
}
