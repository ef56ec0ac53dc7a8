import { sql } from 'kysely';
import type { JobsTx } from '../jobs/job-changes';

/** Starts no new attempts of a provider until it is resumed. Jobs stay queued; what runs goes on. Twice is the same as once. */
export async function pauseProvider(tx: JobsTx, provider: string, reason: string): Promise<void> {
  await sql`
    INSERT INTO jobs.provider_settings (provider, paused_at, paused_reason)
    VALUES (${provider}, clock_timestamp(), ${reason})
    ON CONFLICT (provider) DO UPDATE SET
      paused_at = coalesce(provider_settings.paused_at, excluded.paused_at),
      paused_reason = excluded.paused_reason`.execute(tx.sql);
}

/** Lets a provider start attempts again. */
export async function resumeProvider(tx: JobsTx, provider: string): Promise<void> {
  await sql`UPDATE jobs.provider_settings SET paused_at = NULL, paused_reason = NULL
    WHERE provider = ${provider}`.execute(tx.sql);
}
