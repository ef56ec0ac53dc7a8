import { sql } from 'kysely';
import type { RpcRequest, RpcResponse, credentialSpendRpc, spendRpc } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import { readSpent } from './reserve';

const MOST_ROWS = 1_000;

const KEYS = {
  provider: sql`provider`,
  credential: sql`credential_id::text`,
  model: sql`model`,
  day: sql`to_char(day, 'YYYY-MM-DD')`,
} as const;

/** What was spent between two UTC days, by one of its parts. */
export async function readSpend(
  database: Database<JobsSchema>,
  { by, from, to, provider, credentialIds }: RpcRequest<typeof spendRpc>,
): Promise<RpcResponse<typeof spendRpc>> {
  const order = by === 'day' ? sql`key DESC` : sql`micros DESC, key`;
  const { rows } = await sql<RpcResponse<typeof spendRpc>['rows'][number]>`
    SELECT ${KEYS[by]} AS key, sum(micros)::bigint AS micros, sum(attempts)::int AS attempts, sum(delivered)::int AS delivered
    FROM jobs.spend
    WHERE day BETWEEN ${from}::date AND ${to}::date
      AND (${provider ?? null}::text IS NULL OR provider = ${provider ?? null})
      AND (${credentialIds ?? null}::uuid[] IS NULL OR credential_id = ANY (${credentialIds ?? null}::uuid[]))
    GROUP BY 1 ORDER BY ${order} LIMIT ${MOST_ROWS}`.execute(database.sql);
  return { rows };
}

interface PauseRow {
  id: string;
  period: 'day' | 'month';
  until: Date;
  cap: number;
}

/** What these credentials have spent in the day and month of the database's clock, and the caps that stop them. */
export async function readCredentialSpend(
  database: Database<JobsSchema>,
  ids: readonly string[],
): Promise<RpcResponse<typeof credentialSpendRpc>> {
  const today = await sql<{ day: string }>`
    SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day`.execute(database.sql);
  const day = today.rows[0]?.day ?? '';
  if (ids.length === 0) return { day, credentials: [] };
  const spent = await readSpent(database.sql, day, ids);
  const pauses = await sql<PauseRow>`
    SELECT credential_id AS id, period, until, cap_micros AS cap FROM jobs.spend_pauses
    WHERE credential_id = ANY (${ids}::uuid[]) AND until > clock_timestamp()`.execute(database.sql);
  const paused = new Map(pauses.rows.map((row) => [row.id, row]));
  const credentials = ids.map((credentialId) => {
    const { day: dayMicros, month: monthMicros } = spent.get(credentialId) ?? { day: 0, month: 0 };
    const pause = paused.get(credentialId);
    return {
      credentialId,
      dayMicros,
      monthMicros,
      pause: pause ? { period: pause.period, until: pause.until.toISOString(), capMicros: pause.cap } : null,
    };
  });
  return { day, credentials };
}
