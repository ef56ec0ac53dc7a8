import { sql } from 'kysely';
import type { appendUploadRpc, RpcRequest, RpcResponse } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import type { MediaTx } from '../assets/asset-rows';
import { objectKeys } from '../object-store/object-keys';
import { findUpload, hasEnded, noUpload } from './upload-rows';

/** With pieces of 8 MiB as the gateway makes them, no file comes near it; a line that breaks off all the time has some thousands. */
const MOST_PARTS = 10_000;
/** Of the list of parts that is in memory at once. */
const PAGE = 500;

/**
 * Adds bytes to a resumable upload, which then lives longer. The place where they go decides: of two requests for the same place one
 * wins, on whatever replica they are. The last byte of a part that is here twice is never counted twice.
 */
export async function appendPart(
  { database, config }: Pick<Storage, 'database' | 'config'>,
  part: RpcRequest<typeof appendUploadRpc>,
): Promise<RpcResponse<typeof appendUploadRpc>> {
  const { uploadId, userId, fromByte, sizeBytes, objectKey } = part;
  if (!objectKey.startsWith(objectKeys.incomingOf(uploadId))) {
    throw new AppError('invalid_input', 'A part must be below its upload.');
  }
  return database.run(async (tx) => {
    const upload = await findUpload(tx.sql, part);
    if (!upload || upload.way !== 'resumable') throw noUpload(part);
    const { numUpdatedRows } = await tx.sql
      .updateTable('media.uploads')
      .set({
        received_bytes: fromByte + sizeBytes,
        expires_at: sql<Date>`now() + make_interval(secs => ${config.RESUMABLE_UPLOAD_SECONDS})`,
      })
      .where('upload_id', '=', uploadId)
      .where('owner_user_id', '=', userId)
      .where('state', '=', 'open')
      .where('received_bytes', '=', fromByte)
      .where('size_bytes', '>=', fromByte + sizeBytes)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) {
      // Read anew: the update may have waited for another part of the same place.
      const now = (await findUpload(tx.sql, part)) ?? upload;
      throw now.state === 'open' ? elsewhere(now) : hasEnded(now);
    }
    await refuseCrumbs(tx, uploadId);
    await tx.sql
      .insertInto('media.upload_parts')
      .values({ upload_id: uploadId, from_byte: fromByte, size_bytes: sizeBytes, object_key: objectKey })
      .execute();
    return { receivedBytes: fromByte + sizeBytes };
  });
}

/** In its transaction: an upload in ever so small pieces costs us an object and a row for each, and hours to put together. */
async function refuseCrumbs(tx: MediaTx, uploadId: string): Promise<void> {
  const { parts } = await tx.sql
    .selectFrom('media.upload_parts')
    .select(({ fn }) => fn.countAll<number>().as('parts'))
    .where('upload_id', '=', uploadId)
    .executeTakeFirstOrThrow();
  if (parts < MOST_PARTS) return;
  throw new AppError(
    'conflict',
    `The upload came in ${parts} pieces, and more are not put together: delete it, and send larger ones.`,
    { details: { reason: 'too_many_parts', parts } },
  );
}

const elsewhere = ({ received_bytes: received }: { readonly received_bytes: number }): AppError =>
  new AppError('conflict', 'The upload is at another byte by now: ask where, and go on from there.', {
    details: { received_bytes: received },
  });

/** All bytes of an upload, part after part; one part is open at a time. */
export async function* readParts(
  { database, store }: Pick<Storage, 'database' | 'store'>,
  uploadId: string,
): AsyncGenerator<Buffer> {
  let after = -1;
  for (;;) {
    const parts = await database.sql
      .selectFrom('media.upload_parts')
      .select(['object_key', 'from_byte'])
      .where('upload_id', '=', uploadId)
      .where('from_byte', '>', after)
      .orderBy('from_byte')
      .limit(PAGE)
      .execute();
    for (const { object_key: key } of parts) yield* (await store.get(key)).body as AsyncIterable<Buffer>;
    if (parts.length < PAGE) return;
    after = parts.at(-1)?.from_byte ?? after;
  }
}
