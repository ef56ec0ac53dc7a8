import { sql, type RawBuilder } from 'kysely';
import { arrayOf } from '@shotloom/database';
import type { JobsTx } from '../jobs/job-changes';
import type { ProviderNow } from './provider-limits';
import { perUserOf, roomOf, tightOf } from './user-room';

export interface Head {
  readonly jobId: string;
  readonly model: string;
}

/** A lane that may have something to start, with as many of its oldest jobs as the user may start now. */
export interface ReadyLane {
  readonly ownerUserId: string;
  readonly weight: number;
  readonly vtime: number;
  readonly running: number;
  /** Attempts that the user may have at this provider at a time. */
  readonly perUser: number;
  /** How many more may start now: that, and what the user's plan allows over all providers. */
  readonly room: number;
  /** Whether the plan allows less than all providers would start together. */
  readonly tight: boolean;
  /** Its jobs run under the user's own keys, never under the operator's. */
  readonly ownKey: boolean;
  /** Of models with a free place, oldest first. */
  readonly heads: readonly Head[];
  /** Models without a free place that a job of the lane waits for. */
  readonly blockedModels: readonly string[];
  /** The model that it waited for last. */
  readonly blockedOn: string | null;
  /** When the next job that was set aside may start. */
  readonly nextAt: Date | null;
}

interface LaneRow {
  owner_user_id: string;
  weight: number;
  vtime: number;
  running: number;
  own_key: boolean;
  per_user: number;
  room: number;
  tight: boolean;
  heads: Head[];
  blocked: string[];
  blocked_on: string | null;
  next_at: Date | null;
}

export const WAITING = sql`job.active_attempt_id IS NULL AND job.finished_at IS NULL AND job.status <> 'draft'`;

/** How many lanes of each kind are looked at. */
export interface LookAt {
  readonly shared: number;
  readonly own: number;
}

/**
 * The lanes at the head of the fair order with their next jobs. The work grows with the lanes looked at and the models of a
 * provider: lanes come from an index in their order, the models of a lane are stepped through, and of each only the heads are read.
 */
export async function readReadyLanes(
  tx: JobsTx,
  now: ProviderNow,
  look: LookAt,
  fullModels: readonly string[],
): Promise<ReadyLane[]> {
  const { rows } = await readyLanesQuery(now, look, fullModels).execute(tx.sql);
  return rows.map((row) => ({
    ownerUserId: row.owner_user_id,
    weight: row.weight,
    vtime: row.vtime,
    running: row.running,
    ownKey: row.own_key,
    perUser: row.per_user,
    room: row.room,
    tight: row.tight,
    heads: row.heads,
    blockedModels: row.blocked,
    blockedOn: row.blocked_on,
    nextAt: row.next_at,
  }));
}

const stream = (provider: string, ownKey: boolean, limit: number) => sql`
  (SELECT owner_user_id, weight, vtime, running, own_key, blocked_on, since FROM jobs.lanes
   WHERE provider = ${provider} AND state = 'ready' AND own_key = ${ownKey} ORDER BY vtime, since, owner_user_id LIMIT ${limit})`;

/** Apart from what runs it, so that a test can ask Postgres how it would be done. */
export function readyLanesQuery(
  now: ProviderNow,
  look: LookAt,
  fullModels: readonly string[],
): RawBuilder<LaneRow> {
  const { provider } = now;
  const mine = sql`job.provider = ${provider} AND job.owner_user_id = lane.owner_user_id AND job.own_key = lane.own_key AND ${WAITING}`;
  const inOrder = sql`ORDER BY job.not_before, job.created_at, job.job_id LIMIT lane.room`;
  return sql<LaneRow>`
    WITH ready AS (${stream(provider, false, look.shared)} UNION ALL ${stream(provider, true, look.own)}), lane AS (
      SELECT ready.*, ${perUserOf(now)} AS per_user, ${roomOf(now)} AS room, ${tightOf(now)} AS tight
      FROM ready LEFT JOIN jobs.user_limits AS user_limit USING (owner_user_id)
    )
    SELECT lane.owner_user_id, lane.weight, lane.vtime, lane.running, lane.own_key, lane.per_user, lane.room, lane.tight,
      lane.blocked_on, work.heads, work.blocked, work.next_at
    FROM lane CROSS JOIN LATERAL (
      WITH RECURSIVE model AS (
        (SELECT job.model AS name FROM jobs.jobs AS job WHERE ${mine} ORDER BY job.model LIMIT 1)
        UNION ALL
        SELECT (SELECT job.model FROM jobs.jobs AS job WHERE ${mine} AND job.model > model.name ORDER BY job.model LIMIT 1)
        FROM model WHERE model.name IS NOT NULL
      ), head AS (
        SELECT job_id, model, created_at FROM model CROSS JOIN LATERAL (
          (SELECT job.job_id, job.model, job.created_at FROM jobs.jobs AS job
           WHERE ${mine} AND job.model = model.name AND job.not_before <= 'epoch' ${inOrder})
          UNION ALL
          (SELECT job.job_id, job.model, job.created_at FROM jobs.jobs AS job
           WHERE ${mine} AND job.model = model.name AND job.not_before > 'epoch' AND job.not_before <= now() ${inOrder})
        ) AS job
        WHERE model.name <> ALL (${fullModels}::text[])
        ORDER BY created_at, job_id LIMIT lane.room
      )
      SELECT
        (SELECT coalesce(json_agg(json_build_object('jobId', job_id, 'model', model) ORDER BY created_at, job_id), '[]')
         FROM head) AS heads,
        ARRAY(SELECT name FROM model WHERE name = ANY (${fullModels}::text[]) AND EXISTS (
          SELECT FROM jobs.jobs AS job WHERE ${mine} AND job.model = model.name AND job.not_before <= now())) AS blocked,
        (SELECT min(later.not_before) FROM model CROSS JOIN LATERAL (
          SELECT job.not_before FROM jobs.jobs AS job WHERE ${mine} AND job.model = model.name AND job.not_before > now()
          ORDER BY job.not_before LIMIT 1) AS later) AS next_at
    ) AS work
    ORDER BY lane.vtime, lane.since, lane.owner_user_id`;
}

/** A row where lanes of a kind wait at all: tells "nothing to do" from "nothing can be done". */
export const readyQuery = (provider: string, ownKey: boolean): RawBuilder<unknown> =>
  stream(provider, ownKey, 1);

/**
 * Whether a place that these users' attempts gave back may be taken by anybody: by whoever waits already, or by these users, whose
 * plans may have kept them waiting at other providers too.
 */
export function anyWaitingQuery(provider: string, owners: readonly string[]): RawBuilder<{ any: boolean }> {
  return sql<{ any: boolean }>`
    SELECT EXISTS (SELECT FROM jobs.lanes WHERE provider = ${provider} AND state = 'ready')
      OR EXISTS (SELECT FROM jobs.lanes WHERE provider = ${provider} AND state = 'blocked')
      OR EXISTS (SELECT FROM jobs.lane_wakes WHERE provider = ${provider})
      OR EXISTS (SELECT FROM jobs.provider_state AS known JOIN jobs.lanes AS lane ON lane.provider = known.provider
        WHERE lane.owner_user_id = ANY (${arrayOf(owners, 'uuid')}) AND lane.state IN ('full', 'sleeping')) AS any`;
}
