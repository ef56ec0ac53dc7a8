import { sql, type Insertable, type Kysely, type Selectable } from 'kysely';
import type { AssetRecord } from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import type { AssetsTable, MediaTables } from '../schema/tables';

export type AssetRow = Selectable<AssetsTable>;
export type NewAsset = Insertable<AssetsTable>;
export type MediaTx = UnitOfWork<MediaTables>;

/** Inserts unless the asset, its attempt or its object is there already; undefined if it was. */
export function insertAsset(tx: MediaTx, asset: NewAsset): Promise<AssetRow | undefined> {
  return tx.sql
    .insertInto('media.assets')
    .values(asset)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** Tombstones included. */
export function findAsset(db: Kysely<MediaTables>, assetId: string): Promise<AssetRow | undefined> {
  return db.selectFrom('media.assets').selectAll().where('asset_id', '=', assetId).executeTakeFirst();
}

/** Tombstones included. */
export function findAssetOfAttempt(
  db: Kysely<MediaTables>,
  attemptId: string,
): Promise<AssetRow | undefined> {
  return db.selectFrom('media.assets').selectAll().where('attempt_id', '=', attemptId).executeTakeFirst();
}

/** Storing an attempt's result and deleting it exclude each other, so that neither can miss the other. */
export const lockAttempt = (tx: MediaTx, attemptId: string): Promise<void> =>
  lock(tx, `media.attempt.${attemptId.toLowerCase()}`);

/** The same for registering an upload and deleting it. */
export const lockAsset = (tx: MediaTx, assetId: string): Promise<void> =>
  lock(tx, `media.asset.${assetId.toLowerCase()}`);

async function lock(tx: MediaTx, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx.sql);
}

export function toAssetRecord(row: AssetRow): AssetRecord {
  return {
    assetId: row.asset_id,
    accountId: row.account_id,
    ownerUserId: row.owner_user_id,
    kind: row.kind,
    origin: row.origin,
    objectKey: row.object_key,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    width: row.width,
    height: row.height,
    durationSeconds: row.duration_seconds,
    fps: row.fps,
    videoCodec: row.video_codec,
    fileName: row.file_name,
    posterKey: row.poster_key,
    createdAt: row.created_at.toISOString(),
  };
}
