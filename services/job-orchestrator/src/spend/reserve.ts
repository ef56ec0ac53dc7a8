import { sql, type Kysely } from 'kysely';
import type { Caps } from '../scheduler/key-ring';
import type { PlannedStart } from '../scheduler/plan-starts';
import type { ProviderNow } from '../scheduler/provider-limits';
import type { JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import type { JobsSchema } from '../schema/tables';

/** What a job's video will cost at the vendor, in millionths of a US dollar. */
export type Estimate = (job: Pick<JobRow, 'model' | 'request'>) => number;

export interface Spent {
  day: number;
  month: number;
}

export interface Reserved {
  readonly allowed: readonly PlannedStart[];
  /** By job, for starts under a key. */
  readonly reserved: ReadonlyMap<string, number>;
}

/** The UTC day of a moment, `YYYY-MM-DD`. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/**
 * Reserves what each start will cost under its key, in the transaction that starts it. Passes of a provider exclude each other and
 * nobody else adds to what a key has spent, so reservations never pass a cap, however many replicas there are: it can be passed only by
 * what vendors then take beyond the estimate for videos that were started before. The first start that does not fit pauses its key
 * for the rest of the period; smaller ones behind it wait too, so that the order stays fair.
 */
export async function reserveSpend(
  tx: JobsTx,
  now: ProviderNow,
  starts: readonly PlannedStart[],
  costOf: (jobId: string) => number,
): Promise<Reserved> {
  const ids = [...new Set(starts.flatMap(({ key }) => key?.id ?? []))];
  if (ids.length === 0) return { allowed: starts, reserved: new Map() };
  const capped = starts.some(({ key }) => key && (key.caps.day !== null || key.caps.month !== null));
  const spent = capped ? await readSpent(tx.sql, dayOf(now.at), ids) : new Map<string, Spent>();
  const { allowed, reserved, over } = withinCaps(starts, spent, costOf);
  await addSpend(tx, now, allowed, reserved);
  await pauseAll(tx, now, over);
  return { allowed, reserved };
}

export interface Over {
  readonly credentialId: string;
  readonly period: keyof Caps;
  readonly cap: number;
  readonly spent: number;
}

/** Which of the starts fit, in their order, and which keys have no room for their next. `spent` is counted on. Pure otherwise. */
export function withinCaps(
  starts: readonly PlannedStart[],
  spent: Map<string, Spent>,
  costOf: (jobId: string) => number,
): Reserved & { readonly over: readonly Over[] } {
  const over = new Map<string, Over>();
  const reserved = new Map<string, number>();
  const allowed = starts.filter(({ jobId, key }) => {
    if (!key) return true;
    if (over.has(key.id)) return false;
    const micros = costOf(jobId);
    const known = spent.get(key.id) ?? { day: 0, month: 0 };
    const period = (['month', 'day'] as const).find((name) => {
      const cap = key.caps[name];
      return cap !== null && known[name] + micros > cap;
    });
    if (period !== undefined) {
      over.set(key.id, { credentialId: key.id, period, cap: key.caps[period] ?? 0, spent: known[period] });
      return false;
    }
    spent.set(key.id, { day: known.day + micros, month: known.month + micros });
    reserved.set(jobId, micros);
    return true;
  });
  return { allowed, reserved, over: [...over.values()] };
}

/** What these keys have spent in the UTC day and its month. */
export async function readSpent(
  executor: Kysely<JobsSchema>,
  day: string,
  ids: readonly string[],
): Promise<Map<string, Spent>> {
  const { rows } = await sql<{ id: string; day: number; month: number }>`
    SELECT credential_id AS id, coalesce(sum(micros) FILTER (WHERE day = ${day}::date), 0)::bigint AS day,
      sum(micros)::bigint AS month
    FROM jobs.spend
    WHERE credential_id = ANY (${ids}::uuid[]) AND day >= date_trunc('month', ${day}::date)::date AND day <= ${day}::date
    GROUP BY credential_id`.execute(executor);
  return new Map(rows.map(({ id, ...spent }) => [id, spent]));
}

async function addSpend(
  tx: JobsTx,
  { provider, at }: ProviderNow,
  starts: readonly PlannedStart[],
  reserved: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = starts.flatMap(({ jobId, model, key }) => {
    const micros = reserved.get(jobId);
    return key && micros !== undefined ? [{ credential: key.id, model, micros }] : [];
  });
  if (rows.length === 0) return;
  await sql`
    INSERT INTO jobs.spend AS spend (credential_id, day, model, provider, micros, attempts)
    SELECT credential, ${dayOf(at)}::date, model, ${provider}, sum(micros), count(*) FROM unnest(
      ${rows.map((row) => row.credential)}::uuid[], ${rows.map((row) => row.model)}::text[],
      ${rows.map((row) => row.micros)}::bigint[]) AS taken (credential, model, micros)
    GROUP BY credential, model
    ON CONFLICT (credential_id, day, model) DO UPDATE
    SET micros = spend.micros + excluded.micros, attempts = spend.attempts + excluded.attempts`.execute(
    tx.sql,
  );
}

async function pauseAll(tx: JobsTx, { provider, at }: ProviderNow, over: readonly Over[]): Promise<void> {
  for (const { credentialId, period, cap, spent } of over) {
    const until = nextPeriod(at, period);
    const values = { provider, period, until, cap_micros: cap, spent_micros: spent };
    await tx.sql
      .insertInto('jobs.spend_pauses')
      .values({ credential_id: credentialId, ...values })
      .onConflict((conflict) =>
        conflict.column('credential_id').doUpdateSet({ ...values, at: sql<Date>`clock_timestamp()` }),
      )
      .execute();
  }
}

/** When the next UTC day or month begins. */
export function nextPeriod(at: Date, period: keyof Caps): Date {
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  return new Date(period === 'day' ? Date.UTC(year, month, at.getUTCDate() + 1) : Date.UTC(year, month + 1));
}
