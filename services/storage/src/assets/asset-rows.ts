import { sql, type Insertable, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import type { AssetRecord } from '@shotloom/contracts';
import { arrayOf, type UnitOfWork } from '@shotloom/database';
import type { AssetsTable, MediaTables } from '../schema/tables';

export type AssetRow = Selectable<AssetsTable>;
export type NewAsset = Insertable<AssetsTable>;
export type MediaTx = UnitOfWork<MediaTables>;

const MADE_COLUMNS = [
  ...(['asset_id', 'account_id', 'owner_user_id', 'kind', 'origin', 'attempt_id', 'job_id'] as const),
  ...(['object_key', 'content_type', 'size_bytes', 'sha256', 'width', 'height'] as const),
  ...(['duration_seconds', 'fps', 'video_codec', 'has_audio', 'label'] as const),
];
/** A video that an attempt made, without what has a default. */
export type MadeAsset = Pick<AssetRow, (typeof MADE_COLUMNS)[number]>;

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
export const assetsOfAttempts = (attemptIds: readonly string[]): RawBuilder<AssetRow> =>
  sql<AssetRow>`select * from media.assets where attempt_id = any(${arrayOf(attemptIds, 'uuid')})`;

/** The attempts whose job was deleted or cancelled before its result came: nobody may be given it, and nobody pays for it. */
export const unwantedAttempts = (attemptIds: readonly string[]): RawBuilder<{ attempt_id: string }> =>
  sql`select attempt_id from media.attempt_tombstones where attempt_id = any(${arrayOf(attemptIds, 'uuid')})`;

/** The attempts that have an asset, a deleted one included, or that nobody wants one of. */
export async function findSettled(
  db: Kysely<MediaTables>,
  attemptIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ attempt_id: string }>`
    select attempt_id from media.assets where attempt_id = any(${arrayOf(attemptIds, 'uuid')})
    union all
    select attempt_id from media.attempt_tombstones where attempt_id = any(${arrayOf(attemptIds, 'uuid')})`.execute(
    db,
  );
  return new Set(rows.map(({ attempt_id }) => attempt_id));
}

/** One statement for any number of videos that attempts made; the result is by attempt, without those whose object is another asset's. */
export async function insertMade(
  tx: MediaTx,
  assets: readonly MadeAsset[],
): Promise<ReadonlyMap<string, AssetRow>> {
  if (assets.length === 0) return new Map();
  const columns = sql.join(MADE_COLUMNS.map((column) => sql.ref(column)));
  const { rows } = await sql<AssetRow>`
    insert into media.assets (${columns})
    select ${columns} from jsonb_populate_recordset(null::media.assets, ${JSON.stringify(assets)}::jsonb)
    on conflict do nothing returning *`.execute(tx.sql);
  return byAttempt(rows);
}

/** Ids in lower case. */
export const byAttempt = (rows: readonly AssetRow[]): ReadonlyMap<string, AssetRow> =>
  new Map(rows.map((row) => [row.attempt_id ?? '', row]));

/** Storing an attempt's result and deleting it exclude each other, so that neither can miss the other. */
export const lockAttempt = (tx: MediaTx, attemptId: string): Promise<void> =>
  lock(tx, attemptLock(attemptId));

/** The same for registering an upload and deleting it. */
export const lockAsset = (tx: MediaTx, assetId: string): Promise<void> =>
  lock(tx, `media.asset.${assetId.toLowerCase()}`);

/** In one order, so that two transactions cannot wait for each other. */
export function lockAttempts(attemptIds: readonly string[]): RawBuilder<unknown> {
  const names = attemptIds.map(attemptLock);
  return sql`
    select pg_advisory_xact_lock(id) from (
      select distinct hashtextextended(name, 0) as id from unnest(${arrayOf(names, 'text')}) as name order by id
    ) as ordered`;
}

const attemptLock = (attemptId: string): string => `media.attempt.${attemptId.toLowerCase()}`;

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
    hasAudio: row.has_audio,
    fileName: row.file_name,
    posterKey: row.poster_key,
    createdAt: row.created_at.toISOString(),
  };
}
