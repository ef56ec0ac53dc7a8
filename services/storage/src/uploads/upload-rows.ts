import { sql, type Kysely, type Selectable } from 'kysely';
import type { UploadRecord, UploadState } from '@shotloom/contracts';
import { AppError, isId, type ErrorRecord } from '@shotloom/kernel';
import { toAssetRecord, type AssetRow } from '../assets/asset-rows';
import type { MediaTables } from '../schema/tables';
import type { UploadsTable } from '../schema/upload-tables';

export type UploadRow = Selectable<UploadsTable>;
export interface Uploader {
  readonly uploadId: string;
  readonly userId: string;
}

/** The user's own; undefined also where it is another's. */
export async function findUpload(
  db: Kysely<MediaTables>,
  { uploadId, userId }: Uploader,
): Promise<UploadRow | undefined> {
  if (!isId(uploadId) || !isId(userId)) return undefined;
  return db
    .selectFrom('media.uploads')
    .selectAll()
    .where('upload_id', '=', uploadId)
    .where('owner_user_id', '=', userId)
    .executeTakeFirst();
}

/** Ends an open upload, in the transaction of what ended it. False where it has ended already. */
export async function endUpload(
  { sql: db }: { readonly sql: Kysely<MediaTables> },
  uploadId: string,
  state: Exclude<UploadState, 'open'>,
  { assetId = null, error }: { readonly assetId?: string | null; readonly error?: ErrorRecord } = {},
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('media.uploads')
    .set({
      state,
      asset_id: assetId,
      source_url: null,
      ended_at: sql<Date>`now()`,
      ...(error ? { error: JSON.stringify(error) } : {}),
    })
    .where('upload_id', '=', uploadId)
    .where('state', '=', 'open')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Why nothing can be done with it any more. */
export function hasEnded({ upload_id: id, state, error }: UploadRow): AppError {
  if (error) return AppError.fromRecord(error);
  const reason = state === 'expired' ? 'was not completed in time' : `has ended: it is ${state}`;
  return new AppError('conflict', `The upload ${id} ${reason}. Open a new one.`, { details: { state } });
}

export const noUpload = ({ uploadId }: Uploader): AppError =>
  new AppError('not_found', `There is no upload ${uploadId.slice(0, 64)}.`);

export function toUploadRecord(row: UploadRow, asset: AssetRow | undefined): UploadRecord {
  return {
    uploadId: row.upload_id,
    way: row.way,
    state: row.state,
    fileName: row.file_name,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    receivedBytes: row.received_bytes,
    asset: asset ? toAssetRecord(asset) : null,
    error: row.error,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}
