import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import type { ProviderLimits, RpcRequest, setProviderLimitsRpc } from '@shotloom/contracts';
import type { JobsTx } from '../jobs/job-changes';

type Change = RpcRequest<typeof setProviderLimitsRpc>['limits'];

/** Of a row `settings`, joined to `named.provider`. */
export const LIMITS_OF = sql`jsonb_build_object('concurrency', settings.concurrency,
  'userConcurrency', settings.user_concurrency, 'requestsPerMinute', settings.requests_per_minute,
  'requestsBurst', settings.requests_burst, 'createsPerMinute', settings.creates_per_minute, 'models', coalesce((
    SELECT jsonb_object_agg(key, concurrency) FROM jobs.slot_limits
    WHERE provider = named.provider AND scope = 'model'), '{}'))`;

/** Sets what is given and leaves the rest. What runs goes on; a pass reads it anew. Throws `invalid_input`. */
export async function setLimits(tx: JobsTx, provider: string, change: Change): Promise<ProviderLimits> {
  const { models = {}, ...own } = change;
  const known = await readLimits(tx, provider, true);
  const next = {
    ...known,
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
  };
  if ((next.requestsPerMinute === null) !== (next.requestsBurst === null)) {
    const reason = 'A budget of requests has a rate and a burst: give both, or null for both.';
    throw new AppError('invalid_input', reason, { fields: [{ field: 'requests_burst', reason }] });
  }
  const values = {
    concurrency: next.concurrency,
    user_concurrency: next.userConcurrency,
    requests_per_minute: next.requestsPerMinute,
    requests_burst: next.requestsBurst,
    creates_per_minute: next.createsPerMinute,
    changed_at: sql<Date>`clock_timestamp()`,
  };
  await tx.sql.updateTable('jobs.provider_settings').set(values).where('provider', '=', provider).execute();
  for (const [model, concurrency] of Object.entries(models)) await setModel(tx, provider, model, concurrency);
  return readLimits(tx, provider, false);
}

async function setModel(
  tx: JobsTx,
  provider: string,
  model: string,
  concurrency: number | null,
): Promise<void> {
  const key = { provider, scope: 'model' as const, key: model };
  if (concurrency === null) {
    await tx.sql
      .deleteFrom('jobs.slot_limits')
      .where('provider', '=', provider)
      .where('scope', '=', 'model')
      .where('key', '=', model)
      .execute();
    return;
  }
  await tx.sql
    .insertInto('jobs.slot_limits')
    .values({ ...key, concurrency })
    .onConflict((conflict) => conflict.columns(['provider', 'scope', 'key']).doUpdateSet({ concurrency }))
    .execute();
}

/** Makes the row where there is none, and locks it where it is to be changed. */
async function readLimits(tx: JobsTx, provider: string, forChange: boolean): Promise<ProviderLimits> {
  if (forChange) {
    await sql`INSERT INTO jobs.provider_settings (provider) VALUES (${provider}) ON CONFLICT DO NOTHING`.execute(
      tx.sql,
    );
  }
  const lock = forChange ? sql`FOR UPDATE OF settings` : sql``;
  const { rows } = await sql<{ limits: ProviderLimits }>`
    SELECT ${LIMITS_OF} AS limits FROM (SELECT ${provider}::text AS provider) AS named
    JOIN jobs.provider_settings AS settings USING (provider) ${lock}`.execute(tx.sql);
  const [row] = rows;
  if (!row) throw new AppError('internal', `The settings of ${provider} could not be read.`);
  return row.limits;
}
