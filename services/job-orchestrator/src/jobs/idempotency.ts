import { sql } from 'kysely';
import type { JobsTx } from './job-changes';

/** A key is good for a day (product, section 3). */
export const KEY_LIFE = sql`interval '24 hours'`;

/** Forgets keys past their life, a bounded number at a time. */
export async function forgetOldKeys(tx: JobsTx, limit = 1_000): Promise<void> {
  await sql`
    DELETE FROM jobs.idempotency_keys WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM jobs.idempotency_keys WHERE created_at < now() - ${KEY_LIFE} ORDER BY created_at LIMIT ${limit}))`.execute(
    tx.sql,
  );
}
