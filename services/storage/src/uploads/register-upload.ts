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
import { inspectUpload } from './inspect-upload';

export type Upload = RpcRequest<typeof registerUploadRpc>;

/**
 * Makes an uploaded object an asset, after a look at its content. The same id again gives the same asset. Throws
 * `media_invalid` (field `file`), `conflict` where the id or object is another's, `not_found` where it was deleted.
 */
export async function registerUpload(storage: Storage, upload: Upload): Promise<AssetRecord> {
  const { database } = storage;
  const known = await findAsset(database.sql, upload.assetId);
  if (known) return ownAsset(known, upload);
  if (!upload.objectKey.startsWith(objectKeys.uploads)) {
    throw new AppError('invalid_input', `An upload must be below ${objectKeys.uploads}.`);
  }
  const facts = await inspectUpload(storage, upload);
  return database.run(async (tx) => {
    await lockAsset(tx, upload.assetId);
    if (await wasGivenUp(tx, upload.assetId)) throw deleted(upload);
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
    if (row) {
      if (row.kind === 'video') emitPoster(tx, row);
      return toAssetRecord(row);
    }
    const first = await findAsset(tx.sql, upload.assetId);
    if (first) return ownAsset(first, upload);
    throw new AppError('conflict', 'This object belongs to another asset.');
  });
}

function ownAsset(row: AssetRow, upload: Upload): AssetRecord {
  if (row.owner_user_id !== upload.userId || row.object_key !== upload.objectKey) {
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

const deleted = ({ assetId }: Upload): AppError =>
  new AppError('not_found', `The asset ${assetId} was deleted.`);
