import type { Storage } from '../app.tokens';
import { deleteUploaded } from '../deletion/delete-media';
import { objectKeys } from '../object-store/object-keys';
import { endUpload, findUpload, noUpload, type Uploader } from './upload-rows';
import { findClaimed } from './claims';

/**
 * Ends an open upload and removes what came of it. Of a completed one, the asset goes where no other upload of the owner holds it; its
 * bytes stay for a while, since a job that runs may be reading them. Again: the same. Throws `not_found`.
 */
export async function giveUpUpload(storage: Storage, uploader: Uploader): Promise<void> {
  const { database, store } = storage;
  const upload = await findUpload(database.sql, uploader);
  if (!upload) return giveUpAsset(storage, uploader);
  if (await endUpload(database, upload.upload_id, 'cancelled')) {
    await store.removePrefix(objectKeys.incomingOf(upload.upload_id));
    return;
  }
  // Read anew: it may have been completed a moment ago.
  const ended = await findUpload(database.sql, uploader);
  if (ended?.state === 'completed') await deleteUploaded(storage, upload.upload_id, upload.owner_user_id);
}

/** Files that came in one request have no upload of their own; the asset's id stands for it. */
async function giveUpAsset(storage: Storage, uploader: Uploader): Promise<void> {
  const asset = await findClaimed(storage.database.sql, uploader.uploadId);
  if (!asset || asset.owner_user_id !== uploader.userId.toLowerCase()) throw noUpload(uploader);
  await deleteUploaded(storage, uploader.uploadId, asset.owner_user_id);
}
