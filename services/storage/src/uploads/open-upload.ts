import { sql } from 'kysely';
import type { openUploadRpc, RpcRequest, RpcResponse } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import type { MediaTx } from '../assets/asset-rows';
import { objectKeys } from '../object-store/object-keys';
import { refuseTooLarge } from './plan-limits';
import { reserve } from './quota';
import { toUploadRecord, type UploadRow } from './upload-rows';

type Request = RpcRequest<typeof openUploadRpc>;

/** What is kept of an upload when it begins. */
export type NewUpload = Pick<Request, 'uploadId' | 'userId' | 'accountId' | 'limits' | 'fileName'> &
  Partial<Pick<Request, 'contentType' | 'sizeBytes' | 'sha256'>> & {
    readonly way: UploadRow['way'];
    readonly url?: string;
    readonly seconds: number;
  };

/** Opens an upload, and signs where its bytes go if it is a direct one. Throws as the contract says. */
export async function openUpload(
  { database, store, config }: Pick<Storage, 'database' | 'store' | 'config'>,
  request: Request,
): Promise<RpcResponse<typeof openUploadRpc>> {
  const { limits, contentType, sizeBytes, way } = request;
  refuseTooLarge(limits, contentType.startsWith('image/') ? 'image' : 'video', sizeBytes);
  const seconds = way === 'direct' ? config.UPLOAD_SECONDS : config.RESUMABLE_UPLOAD_SECONDS;
  const row = await database.run((tx) => insertUpload(tx, { ...request, seconds }));
  const upload = toUploadRecord(row, undefined);
  if (way === 'resumable') return { upload, put: null };
  const left = Math.floor((row.expires_at.getTime() - Date.now()) / 1_000);
  const expiresInSeconds = Math.max(1, Math.min(left, config.UPLOAD_SECONDS));
  const options = { expiresInSeconds, contentType, sizeBytes };
  const url = await store.signPut(objectKeys.incoming(row.upload_id), options);
  const expiresAt = new Date(Date.now() + expiresInSeconds * 1_000).toISOString();
  return { upload, put: { url, headers: { 'content-type': contentType }, expiresAt } };
}

/** The same id again gives what it was opened as. Throws `conflict` where it is another's, or where there is no room. */
export async function insertUpload(tx: MediaTx, upload: NewUpload): Promise<UploadRow> {
  const { uploadId, userId, accountId, limits, way, sizeBytes } = upload;
  const known = await findAny(tx, uploadId);
  if (known) return ownUpload(known, userId);
  await reserve(tx, userId, limits, sizeBytes ?? 1);
  return tx.sql
    .insertInto('media.uploads')
    .values({
      upload_id: uploadId,
      account_id: accountId,
      owner_user_id: userId,
      way,
      file_name: upload.fileName,
      content_type: upload.contentType ?? null,
      size_bytes: sizeBytes ?? null,
      sha256: upload.sha256 ?? null,
      source_url: upload.url ?? null,
      limits: JSON.stringify(limits),
      expires_at: sql<Date>`now() + make_interval(secs => ${upload.seconds})`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

const findAny = (tx: MediaTx, uploadId: string): Promise<UploadRow | undefined> =>
  tx.sql.selectFrom('media.uploads').selectAll().where('upload_id', '=', uploadId).executeTakeFirst();

function ownUpload(row: UploadRow, userId: string): UploadRow {
  if (row.owner_user_id === userId.toLowerCase()) return row;
  throw new AppError('conflict', `The upload id ${row.upload_id} is taken.`);
}
