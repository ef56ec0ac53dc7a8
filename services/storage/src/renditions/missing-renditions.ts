import { sql } from 'kysely';
import type { Storage } from '../app.tokens';
import { emitRenditions } from './rendition-message';

/** Asked for again that often, then never. */
const MAX_TRIES = 5;
/** The first wait; each is four times the one before. Seconds. */
const FIRST_WAIT_SECONDS = 1_800;
const FACTOR = 4;
const BATCH = 50;

/**
 * Asks for the renditions of videos that should have had them by now: of those that were stored before renditions were switched on, and
 * of those whose message was lost. Safe in all replicas at once: each takes other rows. Returns how many.
 */
export async function askForMissingRenditions(
  { database, renditions }: Pick<Storage, 'database' | 'renditions'>,
  { firstWaitSeconds = FIRST_WAIT_SECONDS, batch = BATCH } = {},
): Promise<number> {
  if (renditions.kinds.length === 0) return 0;
  return database.run(async (tx) => {
    const rows = await tx.sql
      .updateTable('media.assets')
      .set({ rendition_tries: sql<number>`rendition_tries + 1`, rendition_tried_at: sql<Date>`now()` })
      .where('asset_id', 'in', (from) =>
        from
          .selectFrom('media.assets')
          .select('asset_id')
          .where('kind', '=', 'video')
          .where('renditions_at', 'is', null)
          .where('deleted_at', 'is', null)
          .where('rendition_tries', '<', MAX_TRIES)
          .where(
            sql<boolean>`coalesce(rendition_tried_at, created_at)
              <= now() - make_interval(secs => ${firstWaitSeconds}::float8 * power(${FACTOR}::float8, rendition_tries))`,
          )
          .orderBy('created_at')
          .limit(batch)
          .forUpdate()
          .skipLocked(),
      )
      .returning(['asset_id', 'job_id'])
      .execute();
    for (const row of rows) emitRenditions(tx, row);
    return rows.length;
  });
}
