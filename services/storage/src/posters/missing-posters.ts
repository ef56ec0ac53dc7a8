import { sql } from 'kysely';
import type { Storage } from '../app.tokens';
import { emitPoster } from './poster-message';

/** Asked for again that often, then never: a film whose frames cannot be decoded has no poster. */
const MAX_TRIES = 5;
/** The first wait; each is four times the one before, so the five take two days. Seconds. */
const FIRST_WAIT_SECONDS = 600;
const FACTOR = 4;
const BATCH = 50;

/**
 * Asks again for the posters of videos that should have had one by now: a message may be lost with its stream, or have
 * been given up while ffmpeg or the store was ill. Safe in all replicas at once: each takes other rows. Returns how many.
 */
export async function askForMissingPosters(
  { database }: Pick<Storage, 'database'>,
  { firstWaitSeconds = FIRST_WAIT_SECONDS, batch = BATCH } = {},
): Promise<number> {
  return database.run(async (tx) => {
    const rows = await tx.sql
      .updateTable('media.assets')
      .set({ poster_tries: sql<number>`poster_tries + 1`, poster_tried_at: sql<Date>`now()` })
      .where('asset_id', 'in', (from) =>
        from
          .selectFrom('media.assets')
          .select('asset_id')
          .where('kind', '=', 'video')
          .where('poster_key', 'is', null)
          .where('deleted_at', 'is', null)
          .where('poster_tries', '<', MAX_TRIES)
          .where(
            sql<boolean>`coalesce(poster_tried_at, created_at)
              <= now() - make_interval(secs => ${firstWaitSeconds}::float8 * power(${FACTOR}::float8, poster_tries))`,
          )
          .orderBy('created_at')
          .limit(batch)
          .forUpdate()
          .skipLocked(),
      )
      .returning(['asset_id', 'job_id'])
      .execute();
    for (const row of rows) emitPoster(tx, row);
    return rows.length;
  });
}
