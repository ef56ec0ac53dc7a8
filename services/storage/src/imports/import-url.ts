import { mediaImportV1, subjects, type importUrlRpc, type RpcRequest } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import { insertUpload } from '../uploads/open-upload';
import { toUploadRecord, type UploadRow } from '../uploads/upload-rows';

/** Notes that a URL is to be fetched, and asks for it in the same transaction. The URL stays in its row. */
export async function importUrl(
  { database, config }: Pick<Storage, 'database' | 'config'>,
  request: RpcRequest<typeof importUrlRpc>,
): Promise<ReturnType<typeof toUploadRecord>> {
  const row = await database.run(async (tx): Promise<UploadRow> => {
    const row = await insertUpload(tx, { ...request, way: 'import', seconds: config.UPLOAD_SECONDS });
    const { uploadId } = request;
    tx.emit({
      contract: mediaImportV1,
      payload: { uploadId },
      subject: subjects.mediaImport,
      partitionKey: uploadId,
      correlationId: uploadId,
    });
    return row;
  });
  return toUploadRecord(row, undefined);
}
