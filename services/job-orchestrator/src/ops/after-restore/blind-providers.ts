import { sql } from 'kysely';
import { providerSpec } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { pauseProvider } from '../../scheduler/provider-settings';
import type { JobsSchema } from '../../schema/tables';
import { LOOKUP_PROVIDERS } from '../vendor-waits';

/** A vendor at which a job that waits may have been bought in the time that was lost, and nobody would notice a second one. */
export interface BlindProvider {
  readonly provider: string;
  readonly waiting: number;
}

const REASON = 'The database was restored: look whether the vendor has made what waits, then resume.';

/**
 * Vendors that do not tell two orders under one id apart, with jobs that wait; also where the order may have gone to another of several
 * keys. At the others the try is made under the id that it had, and the vendor says that it has it already. Those that are paused
 * already are left out.
 */
export async function readBlindProviders(database: Database<JobsSchema>): Promise<BlindProvider[]> {
  const { rows } = await sql<BlindProvider & { keys: number }>`
    SELECT waiting.provider, waiting.jobs AS waiting, (
      SELECT count(DISTINCT credential_id)::int FROM jobs.attempts AS attempt WHERE attempt.provider = waiting.provider
        AND NOT attempt.own_key AND attempt.created_at > now() - interval '7 days') AS keys
    FROM (SELECT provider, count(*)::int AS jobs FROM jobs.jobs
      WHERE active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft' GROUP BY provider) AS waiting
    LEFT JOIN jobs.provider_settings AS settings USING (provider)
    WHERE settings.paused_at IS NULL ORDER BY 1`.execute(database.sql);
  return rows
    .filter(({ provider }) => providerSpec(provider).kind === 'poll')
    .filter(({ provider, keys }) => !LOOKUP_PROVIDERS.includes(provider) || keys > 1)
    .map(({ provider, waiting }) => ({ provider, waiting }));
}

export async function pauseAll(
  database: Database<JobsSchema>,
  providers: readonly BlindProvider[],
): Promise<void> {
  await database.run(async (tx) => {
    for (const { provider } of providers) await pauseProvider(tx, provider, REASON);
  });
}
