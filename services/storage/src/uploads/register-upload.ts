import { AppError } from '@shotloom/kernel';
import type { AssetRecord, registerUploadRpc, RpcRequest } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import {
  findAsset,
  insertAsset,
  lockAsset,
  toAssetRecord,
  type AssetRow,
  type MediaTx,
} from '../assets/asset-rows';
import { objectKeys } from '../object-store/object-keys';
import { emitPoster } from '../posters/poster-message';
import { removeLoose } from '../deletion/remove-objects';
import { claim, findClaimed, lockSameContent } from './claims';
import { inspectUpload, type Facts } from './inspect-upload';
import { checkQuota } from './quota';
import { endUpload } from './upload-rows';

export type Upload = RpcRequest<typeof registerUploadRpc>;

export interface RegisterOptions {
  /** The open upload that is completed by it, in the same transaction. */
  readonly ends?: string;
}

/**
 * Makes an uploaded object an asset, after a look at its content. The same id again gives the same asset, and content
 * that the user has uploaded already gives that asset, whose object is kept. Throws `media_invalid` (field `file`), `payload_too_large`,
 * `conflict` where the id or object is another's or there is no room, `not_found` where it was deleted.
 */
export async function registerUpload(
  storage: Storage,
  upload: Upload,
  { ends }: RegisterOptions = {},
): Promise<AssetRecord> {
  const { database } = storage;
  const known = await findRegistered(storage, upload);
  if (known) return ownAsset(known, upload);
  if (!upload.objectKey.startsWith(objectKeys.uploads)) {
    throw new AppError('invalid_input', `An upload must be below ${objectKeys.uploads}.`);
  }
  const facts = await inspectUpload(storage, upload);
  const row = await database.run(async (tx) => {
    await lockAsset(tx, upload.assetId);
    if (await wasGivenUp(tx, upload.assetId)) throw deleted(upload);
    const row = (await findSame(tx, upload)) ?? (await insertNew(tx, upload, facts));
    await claim(tx, upload.assetId, row);
    if (ends !== undefined && !(await endUpload(tx, ends, 'completed', { assetId: row.asset_id }))) {
      throw new AppError('conflict', `The upload ${ends} has ended meanwhile.`);
    }
    return row;
  });
  return toAssetRecord(row.object_key === upload.objectKey ? row : await keepOne(storage, row, upload));
}

/** What this id has brought already. */
async function findRegistered({ database }: Storage, { assetId }: Upload): Promise<AssetRow | undefined> {
  return (await findAsset(database.sql, assetId)) ?? (await findClaimed(database.sql, assetId));
}

async function findSame(tx: MediaTx, upload: Upload): Promise<AssetRow | undefined> {
  const same = await lockSameContent(tx, upload);
  const isTwice = same?.object_key === upload.objectKey && same.asset_id !== upload.assetId.toLowerCase();
  if (isTwice) throw taken();
  // Its age is counted anew: what was about to go is wanted again.
  if (same?.expiring_at) await stayLonger(tx, same.asset_id);
  return same;
}

async function stayLonger(tx: MediaTx, assetId: string): Promise<void> {
  await tx.sql
    .updateTable('media.assets')
    .set({ expiring_at: null })
    .where('asset_id', '=', assetId)
    .execute();
}

/** Counted in the quota as it is inserted. */
async function insertNew(tx: MediaTx, upload: Upload, facts: Facts): Promise<AssetRow> {
  const row = await insertAsset(tx, {
    asset_id: upload.assetId,
    account_id: upload.accountId,
    owner_user_id: upload.userId,
    kind: upload.kind,
    origin: 'upload',
    object_key: upload.objectKey,
    size_bytes: upload.sizeBytes,
    sha256: upload.sha256,
    file_name: upload.fileName,
    ...facts,
  });
  if (!row) throw taken();
  if (upload.limits) await checkQuota(tx, upload.userId, upload.limits, upload.sizeBytes);
  if (row.kind === 'video') emitPoster(tx, row);
  return row;
}

/**
 * The asset has its bytes already, so that the second ones go. Where the first were lost (a bucket that was brought back from an older
 * copy), the second take their place: who sends a file again has it again. What stays goes with the sweep.
 */
async function keepOne(storage: Storage, row: AssetRow, { objectKey }: Upload): Promise<AssetRow> {
  try {
    const first = await storage.store.stat(row.object_key);
    const mended = first?.size === row.size_bytes ? undefined : await mend(storage, row, objectKey);
    if (mended) return mended;
    await removeLoose(storage, [objectKey]);
  } catch (error) {
    storage.logger.warn({ err: error, objectKey }, 'a second copy could not be removed yet');
  }
  return row;
}

/** Undefined where it was deleted or mended meanwhile. */
async function mend(
  { database, logger }: Storage,
  { asset_id: assetId, object_key: lost }: AssetRow,
  objectKey: string,
): Promise<AssetRow | undefined> {
  const mended = await database.sql
    .updateTable('media.assets')
    .set({ object_key: objectKey })
    .where('asset_id', '=', assetId)
    .where('object_key', '=', lost)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (mended) logger.warn({ assetId, lost, objectKey }, 'an asset whose object was lost has one again');
  return mended;
}

function ownAsset(row: AssetRow, upload: Upload): AssetRecord {
  const isOther = row.object_key !== upload.objectKey && row.sha256 !== upload.sha256;
  if (row.owner_user_id !== upload.userId || isOther) {
    throw new AppError('conflict', `The asset id ${upload.assetId} is taken.`);
  }
  if (row.deleted_at !== null) throw deleted(upload);
  return toAssetRecord(row);
}

/** Deleted before it was an asset, by an uploader that heard no answer from us. */
async function wasGivenUp(tx: MediaTx, assetId: string): Promise<boolean> {
  const tombstone = await tx.sql
    .selectFrom('media.asset_tombstones')
    .select('asset_id')
    .where('asset_id', '=', assetId)
    .executeTakeFirst();
  return tombstone !== undefined;
}

const taken = (): AppError => new AppError('conflict', 'This object belongs to another asset.');

const deleted = ({ assetId }: Upload): AppError =>
  new AppError('not_found', `The asset ${assetId} was deleted.`);
