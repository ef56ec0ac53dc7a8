import { sql, type RawBuilder } from 'kysely';
import { JOB_STATUSES, type JobRecord, type RpcRequest, type listJobsRpc } from '@shotloom/contracts';
import { decodeCursor, encodeCursor } from '@shotloom/database';
import { selectJobs, type Executor } from './job-queries';
import { toJobRecord } from './job-row';

/** An answer is one NATS message of at most 1 MiB. Bytes of JSON. */
const PAGE_BYTES = 600_000;

type Query = RpcRequest<typeof listJobsRpc>;

/**
 * One page by keyset: a deep page costs what the first one costs. Whatever it is filtered by, and also where nothing matches, it reads no
 * more than a page of each provider and status.
 */
export async function listJobs(
  executor: Executor,
  query: Query,
): Promise<{ jobs: JobRecord[]; nextCursor: string | null }> {
  const direction = query.order === 'oldest' ? 'asc' : 'desc';
  const rows = await selectJobs(executor)
    .where('job.job_id', '=', sql<string>`ANY (ARRAY(${idsOf(query)}))`)
    .orderBy('job.created_at', direction)
    .orderBy('job.job_id', direction)
    .execute();
  const jobs = withinMessage(rows.slice(0, query.limit).map(toJobRecord));
  const last = rows[jobs.length - 1];
  const more = rows.length > jobs.length && last !== undefined;
  return {
    jobs,
    nextCursor: more ? encodeCursor({ createdAt: last.created_at, id: last.job_id }) : null,
  };
}

/** The jobs of the page, and one more. */
function idsOf(query: Query): RawBuilder<unknown> {
  const { userId, statuses, provider } = query;
  if (statuses === undefined && provider === undefined)
    return sql`SELECT job_id FROM (${found(query, [])}) AS page`;
  const conditions = [sql`job.provider = wanted.provider`, sql`job.status = asked.status`];
  return sql`
    ${provider === undefined ? usedProviders(userId) : sql`WITH wanted (provider) AS (SELECT ${provider}::text)`}
    SELECT page.job_id FROM wanted
    CROSS JOIN unnest(${statuses ?? JOB_STATUSES}::text[]) AS asked (status)
    CROSS JOIN LATERAL (${found(query, conditions)}) AS page
    ${ordered(query)}`;
}

/** The providers that the user has jobs of, stepped through by the index that has their jobs in order. */
function usedProviders(userId: string): RawBuilder<unknown> {
  const next = (more: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    SELECT job.provider FROM jobs.jobs AS job
    WHERE job.owner_user_id = ${userId} AND job.deleted_at IS NULL ${more}
    ORDER BY job.provider LIMIT 1`;
  return sql`
    WITH RECURSIVE wanted (provider) AS (
      (${next(sql``)})
      UNION ALL
      SELECT other.provider FROM wanted
      CROSS JOIN LATERAL (${next(sql`AND job.provider > wanted.provider`)}) AS other
    )`;
}

/** A page of the user's jobs for which all of these hold. */
function found(query: Query, conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  const { userId, createdFrom, createdBefore } = query;
  const all = [
    sql`job.owner_user_id = ${userId}`,
    sql`job.deleted_at IS NULL`,
    ...conditions,
    ...placeOf(query),
    ...(createdFrom === undefined ? [] : [sql`job.created_at >= ${createdFrom}::timestamptz`]),
    ...(createdBefore === undefined ? [] : [sql`job.created_at < ${createdBefore}::timestamptz`]),
  ];
  return sql`
    SELECT job.created_at, job.job_id FROM jobs.jobs AS job
    WHERE ${sql.join(all, sql` AND `)} ${ordered(query)}`;
}

function placeOf({ cursor, order }: Query): RawBuilder<unknown>[] {
  if (cursor === undefined) return [];
  const { createdAt, id } = decodeCursor(cursor);
  const beyond = sql.raw(order === 'oldest' ? '>' : '<');
  return [sql`(job.created_at, job.job_id) ${beyond} (${createdAt}::timestamptz, ${id}::uuid)`];
}

function ordered({ order, limit }: Query): RawBuilder<unknown> {
  const direction = sql.raw(order === 'oldest' ? 'ASC' : 'DESC');
  return sql`ORDER BY created_at ${direction}, job_id ${direction} LIMIT ${limit + 1}`;
}

/** A page ends early where its jobs are large; the next one goes on. At least one job always fits. */
function withinMessage(jobs: readonly JobRecord[]): JobRecord[] {
  let bytes = 0;
  const fitting = jobs.findIndex((job) => (bytes += Buffer.byteLength(JSON.stringify(job))) > PAGE_BYTES);
  return fitting === -1 ? [...jobs] : jobs.slice(0, Math.max(1, fitting));
}
