import { sql } from 'kysely';
import type { Storage } from '../app.tokens';
import type { AssetRow, MediaTx } from '../assets/asset-rows';

/** Asked for again that often, then never: a film whose frames cannot be decoded has nothing that is made of them. */
const MAX_TRIES = 5;
/** Each wait is so many times the one before. */
const FACTOR = 4;

type Video = Pick<AssetRow, 'asset_id' | 'job_id'>;

/** What a video should have, and how it is asked for. */
export interface Missing {
  /** Set once it is there. */
  readonly made: keyof AssetRow;
  readonly tries: keyof AssetRow;
  readonly triedAt: keyof AssetRow;
  /** The first wait. Seconds. */
  readonly firstWaitSeconds: number;
  readonly batch: number;
  readonly ask: (tx: MediaTx, video: Video) => void;
}

/**
 * Asks again for what videos should have had by now: a message may be lost with its stream, or have been given up while ffmpeg or the
 * store was ill. Safe in all replicas at once: each takes other rows. Returns how many.
 */
export function askAgain({ database }: Pick<Storage, 'database'>, missing: Missing): Promise<number> {
  const [made, tries, triedAt] = [missing.made, missing.tries, missing.triedAt].map((name) => sql.ref(name));
  return database.run(async (tx) => {
    const { rows } = await sql<Video>`
      UPDATE media.assets SET ${tries} = ${tries} + 1, ${triedAt} = now()
      WHERE asset_id IN (
        SELECT asset_id FROM media.assets
        WHERE kind = 'video' AND ${made} IS NULL AND deleted_at IS NULL AND ${tries} < ${MAX_TRIES}
          AND coalesce(${triedAt}, created_at)
            <= now() - make_interval(secs => ${missing.firstWaitSeconds}::float8 * power(${FACTOR}::float8, ${tries}))
        ORDER BY created_at LIMIT ${missing.batch} FOR UPDATE SKIP LOCKED)
      RETURNING asset_id, job_id`.execute(tx.sql);
    for (const row of rows) missing.ask(tx, row);
    return rows.length;
  });
}
