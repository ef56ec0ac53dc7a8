import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';

/** A key is good for a day (product, section 3). */
export const KEY_LIFE = sql`interval '24 hours'`;

const BATCH = 1_000;
/** In one call; what is left is for the next. */
const MOST_BATCHES = 10;

/** Forgets keys past their life, in short statements. One that is taken into use again meanwhile is looked at again under its lock. */
export async function forgetOldKeys(database: Pick<Database<JobsSchema>, 'sql'>): Promise<void> {
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    const forgotten = await sql`
      DELETE FROM jobs.idempotency_keys WHERE created_at < now() - ${KEY_LIFE} AND ctid = ANY (ARRAY(
        SELECT ctid FROM jobs.idempotency_keys WHERE created_at < now() - ${KEY_LIFE}
        ORDER BY created_at LIMIT ${BATCH}))`.execute(database.sql);
    if ((forgotten.numAffectedRows ?? 0n) < BigInt(BATCH)) return;
  }
}
