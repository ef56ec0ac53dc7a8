import { RetryLater } from '@shotloom/bus';
import { FetchFailure } from '@shotloom/guarded-http';
import { AppError, newId } from '@shotloom/kernel';
import { sniffType, SNIFF_BYTES } from '@shotloom/media-tools';
import type { Storage } from '../app.tokens';
import { removeLoose } from '../deletion/remove-objects';
import type { Delivery } from '../ingest/judge-failure';
import { peek } from '../ingest/peek';
import { objectKeys } from '../object-store/object-keys';
import { mayBeUpload, type MediaKind } from '../uploads/media-kind';
import { maxBytesOf, tooLarge } from '../uploads/plan-limits';
import { registerUpload } from '../uploads/register-upload';
import { endUpload, type UploadRow } from '../uploads/upload-rows';
import { reasonOf, reportOf } from './import-failure';

/**
 * Fetches what a user points to, through the guard, and makes it an asset of theirs. The row is the result: it says what became of it,
 * once, however often the message comes. Throws what another delivery may mend.
 */
export async function importMedia(storage: Storage, uploadId: string, delivery: Delivery): Promise<void> {
  const upload = await findOpen(storage, uploadId);
  if (!upload) return;
  const key = objectKeys.upload(upload.upload_id, newId());
  try {
    const fetched = await pull(storage, upload, key, delivery.signal);
    await registerUpload(storage, toUpload(upload, key, fetched), { ends: upload.upload_id });
    storage.metrics.uploaded('import', fetched.size);
  } catch (error) {
    await removeQuietly(storage, key);
    await fail(storage, upload, error, delivery);
  }
}

/** Only the message of our own outbox names it, so there is no owner to ask for. */
async function findOpen({ database }: Storage, uploadId: string): Promise<UploadRow | undefined> {
  return database.sql
    .selectFrom('media.uploads')
    .selectAll()
    .where('upload_id', '=', uploadId)
    .where('way', '=', 'import')
    .where('state', '=', 'open')
    .executeTakeFirst();
}

interface Pulled extends MediaKind {
  readonly size: number;
  readonly sha256: string;
}

/** What it is decides how many bytes it may have, so a first look comes before the rest is taken. */
async function pull(
  { importer, store }: Storage,
  { source_url: url, limits }: UploadRow,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Pulled> {
  const maxBytes = Math.max(limits.imageMaxBytes, limits.videoMaxBytes);
  const { body } = await importer.open(url ?? '', { maxBytes, signal });
  const { head, whole } = await peek(body, { bytes: SNIFF_BYTES, onChunk: () => undefined });
  try {
    const type = mayBeUpload(await sniffType(head));
    const most = maxBytesOf(limits, type.kind);
    const put = { contentType: type.contentType, maxBytes: most, ...(signal ? { signal } : {}) };
    const stored = await store.put(key, whole, put).catch((error: unknown) => {
      const failure = AppError.from(error);
      const isOurs = failure.code === 'payload_too_large' && !(failure instanceof FetchFailure);
      throw isOurs ? tooLarge(type.kind, most) : error;
    });
    return { ...type, ...stored };
  } finally {
    whole.destroy();
  }
}

const toUpload = (upload: UploadRow, objectKey: string, { kind, contentType, size, sha256 }: Pulled) => ({
  assetId: upload.upload_id,
  userId: upload.owner_user_id,
  accountId: upload.account_id,
  kind,
  objectKey,
  contentType,
  sizeBytes: size,
  sha256,
  fileName: upload.file_name,
  limits: upload.limits,
});

async function fail(storage: Storage, upload: UploadRow, thrown: unknown, delivery: Delivery): Promise<void> {
  const error = AppError.from(thrown);
  const { upload_id: uploadId } = upload;
  const isPassing = error.retryable || error.outcome === 'unknown';
  if (delivery.signal?.aborted === true || (isPassing && delivery.isLast !== true)) {
    // Never to the dead letters: the row says what has to be done, and its end is in the row.
    throw new RetryLater(error.message);
  }
  const reason = reasonOf(error);
  const ended = await endUpload(storage.database, uploadId, 'failed', { error: reportOf(error, reason) });
  if (!ended) return;
  storage.metrics.importFailed(reason);
  storage.logger.warn({ uploadId, reason, said: error.message }, 'a URL of a user could not be imported');
}

/** What stays goes with the sweep. */
async function removeQuietly(storage: Storage, key: string): Promise<void> {
  try {
    await removeLoose(storage, [key]);
  } catch (error) {
    storage.logger.warn({ err: error, key }, 'what came of an import that failed could not be removed yet');
  }
}
