import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { AssetRecord } from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import { sniffType, SNIFF_BYTES } from '@shotloom/media-tools';
import type { PutResult } from '@shotloom/object-store';
import type { Storage } from '../app.tokens';
import { findAsset, toAssetRecord } from '../assets/asset-rows';
import { removeLoose } from '../deletion/remove-objects';
import { objectKeys } from '../object-store/object-keys';
import { readParts } from './parts';
import { mayBeUpload } from './media-kind';
import { registerUpload } from './register-upload';
import { findUpload, hasEnded, noUpload, type Uploader, type UploadRow } from './upload-rows';

/**
 * Makes what arrived an asset. It is first brought to a place that no signed URL leads to: what is looked at is what is kept, whatever
 * is sent meanwhile or afterwards. A refusal leaves the upload open: the right bytes may still come.
 */
export async function completeUpload(storage: Storage, uploader: Uploader): Promise<AssetRecord> {
  const upload = await findUpload(storage.database.sql, uploader);
  if (!upload || upload.way === 'import') throw noUpload(uploader);
  if (upload.state === 'completed') return completedAsset(storage, upload);
  if (upload.state !== 'open') throw hasEnded(upload);
  const key = objectKeys.upload(upload.upload_id, newId());
  try {
    const { sha256, size } = await settle(storage, upload, key);
    refuseOther(upload, size, sha256);
    const head = await readHead(storage.store, key);
    const type = mayBeUpload(await sniffType(head));
    const asset = await registerUpload(
      storage,
      {
        assetId: upload.upload_id,
        userId: upload.owner_user_id,
        accountId: upload.account_id,
        kind: type.kind,
        objectKey: key,
        contentType: type.contentType,
        sizeBytes: size,
        sha256,
        fileName: upload.file_name,
        limits: upload.limits,
      },
      { ends: upload.upload_id },
    );
    storage.metrics.uploaded(upload.way, size);
    await removeQuietly(storage, () => storage.store.removePrefix(objectKeys.incomingOf(upload.upload_id)));
    return asset;
  } catch (error) {
    // Where another request completed it meanwhile, that one's asset is the answer; its object is another one.
    await removeQuietly(storage, () => removeLoose(storage, [key]));
    const now = await findUpload(storage.database.sql, uploader);
    if (now?.state === 'completed') return completedAsset(storage, now);
    throw error;
  }
}

async function completedAsset({ database }: Storage, upload: UploadRow): Promise<AssetRecord> {
  const asset = upload.asset_id === null ? undefined : await findAsset(database.sql, upload.asset_id);
  if (asset && asset.deleted_at === null) return toAssetRecord(asset);
  throw new AppError('not_found', `What the upload ${upload.upload_id} brought was deleted.`);
}

/** Brings all bytes of the upload to `key`. */
function settle(
  storage: Storage,
  upload: UploadRow,
  key: string,
): Promise<Pick<PutResult, 'size' | 'sha256'>> {
  return upload.way === 'direct' ? copyPut(storage, upload, key) : joinParts(storage, upload, key);
}

async function copyPut(
  { store }: Storage,
  upload: UploadRow,
  key: string,
): Promise<Pick<PutResult, 'size' | 'sha256'>> {
  const from = objectKeys.incoming(upload.upload_id);
  const stat = await store.stat(from);
  if (!stat) {
    throw new AppError('conflict', 'Nothing has arrived yet: PUT the file to the URL of the upload first.', {
      details: { state: upload.state, received_bytes: 0 },
    });
  }
  // Before anything is read: more than announced is not worth a look.
  refuseOther(upload, stat.size, upload.sha256);
  await store.copy(from, key);
  const { body } = await store.get(key);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

async function joinParts(storage: Storage, upload: UploadRow, key: string): Promise<PutResult> {
  const { size_bytes: size, received_bytes: received } = upload;
  if (received !== size) {
    throw new AppError('conflict', `${received} of ${size} bytes have arrived: send the rest first.`, {
      details: { state: upload.state, received_bytes: received, size_bytes: size },
    });
  }
  const body = Readable.from(readParts(storage, upload.upload_id), { objectMode: false });
  const contentType = upload.content_type ?? 'application/octet-stream';
  return storage.store.put(key, body, { contentType, size });
}

/** Throws `media_invalid` where size or checksum are not what was announced. */
function refuseOther(
  { size_bytes: announced, sha256: wanted }: UploadRow,
  size: number,
  sha256: string | null,
): void {
  if (size !== announced) {
    throw refusal(
      'size_bytes',
      `${size} bytes arrived, and ${announced} were announced. Send the file again.`,
    );
  }
  if (wanted !== null && sha256 !== wanted) {
    throw refusal('sha256', 'What arrived has another checksum than was announced. Send the file again.');
  }
}

function refusal(field: string, reason: string): AppError {
  return new AppError('media_invalid', reason, { fields: [{ field, reason }] });
}

async function readHead(store: Storage['store'], key: string): Promise<Uint8Array> {
  const reader = await store.openReader(key);
  try {
    return await reader.read(0, Math.min(SNIFF_BYTES, reader.size));
  } finally {
    await reader.close();
  }
}

/** What stays goes with the sweep. */
async function removeQuietly({ logger }: Storage, remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    logger.warn({ err: error }, 'what an upload left could not be removed yet');
  }
}
