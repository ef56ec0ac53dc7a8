import { sql, type RawBuilder, type Selectable } from 'kysely';
import {
  SHOT_KEY,
  type RpcRequest,
  type RpcResponse,
  type UserLogEntry,
  type userLogRpc,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema, LogTable } from '../schema/tables';
import { decodeLogCursor, encodeLogCursor, type LogPosition } from './log-cursor';
import { toLogEntry } from './log-queries';

type Query = RpcRequest<typeof userLogRpc>;
type Row = Selectable<LogTable> & { readonly shot: string | null; readonly job_provider: string };

/** Longer than a transaction takes from its lines to its commit. */
const SETTLED = sql`line.at < clock_timestamp() - interval '2 seconds'`;
const PROBLEMS = new Set(['WARN', 'ERROR']);

/** See `userLogRpc`. By the index of the owner's lines; where only problems are asked for, by that of problems. */
export async function readUserLog(
  database: Database<JobsSchema>,
  query: Query,
): Promise<RpcResponse<typeof userLogRpc>> {
  const { userId, limit, provider, after, since } = query;
  const direction = sql.raw(after === undefined ? 'DESC' : 'ASC');
  const conditions = [
    sql`line.owner_user_id = ${userId}`,
    sql`job.deleted_at IS NULL`,
    ...placeOf(query),
    ...levelsOf(query),
    ...(provider === undefined ? [] : [sql`coalesce(line.provider, job.provider) = ${provider}`]),
    ...(since === undefined ? [] : [sql`line.at >= ${since}::timestamptz`]),
  ];
  const { rows } = await sql<Row>`
    SELECT line.*, job.provider AS job_provider, job.metadata->>${SHOT_KEY} AS shot
    FROM jobs.log AS line JOIN jobs.jobs AS job ON job.job_id = line.job_id
    WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY line.at ${direction}, line.seq ${direction} LIMIT ${limit + 1}`.execute(database.sql);
  const entries = rows.slice(0, limit).map(toUserEntry);
  return { entries, next: rows.length > limit ? (entries.at(-1)?.cursor ?? null) : null };
}

function placeOf({ before, after, settled = false }: Query): RawBuilder<unknown>[] {
  return [
    ...(before === undefined ? [] : [beyond('<', decodeLogCursor(before, 'cursor'))]),
    ...(after === undefined ? [] : [beyond('>', decodeLogCursor(after, 'Last-Event-ID'))]),
    ...(settled ? [SETTLED] : []),
  ];
}

const beyond = (side: '<' | '>', { at, seq }: LogPosition): RawBuilder<unknown> =>
  sql`(line.at, line.seq) ${sql.raw(side)} (${at}::timestamptz, ${seq}::bigint)`;

function levelsOf({ levels }: Query): RawBuilder<unknown>[] {
  if (levels === undefined) return [];
  const problems = levels.every((level) => PROBLEMS.has(level));
  return [
    sql`line.level = ANY (${levels}::text[])`,
    // In the words of the index, which the planner does not find in a parameter.
    ...(problems ? [sql`line.level IN ('WARN','ERROR')`] : []),
  ];
}

function toUserEntry({ shot, job_provider: jobProvider, ...row }: Row): UserLogEntry {
  const entry = toLogEntry(row);
  return {
    ...entry,
    provider: entry.provider ?? jobProvider,
    shot,
    cursor: encodeLogCursor(row),
  };
}
