import { sql } from 'kysely';
import type { JobsTx } from '../jobs/job-changes';

/** Starts no new attempts of a provider until it is resumed. Jobs stay queued; what runs goes on. Twice is the same as once. */
export async function pauseProvider(tx: JobsTx, provider: string, reason: string): Promise<void> {
  await sql`
    INSERT INTO jobs.provider_settings (provider, paused_at, paused_reason)
    VALUES (${provider}, clock_timestamp(), ${reason})
    ON CONFLICT (provider) DO UPDATE SET
      paused_at = coalesce(provider_settings.paused_at, excluded.paused_at),
      paused_reason = excluded.paused_reason, changed_at = clock_timestamp()`.execute(tx.sql);
}

/** Lets a provider start attempts again. The caller wakes the scheduler after the commit; else the next sweep does. */
export async function resumeProvider(tx: JobsTx, provider: string): Promise<void> {
  await tx.sql
    .updateTable('jobs.provider_settings')
    .set({ paused_at: null, paused_reason: null, changed_at: sql<Date>`clock_timestamp()` })
    .where('provider', '=', provider)
    .execute();
}
