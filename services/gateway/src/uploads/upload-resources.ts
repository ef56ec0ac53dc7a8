import type { AssetRecord, UploadRecord, UploadResource, UploadSession } from '@shotloom/contracts';

/** `origin` is ours, without a slash at its end. */
export function toUpload(asset: AssetRecord, origin: string): UploadResource {
  return {
    asset_id: asset.assetId,
    file_url: `${origin}/api/v1/assets/${asset.assetId}/file`,
    kind: asset.kind,
    content_type: asset.contentType,
    size_bytes: asset.sizeBytes,
    sha256: asset.sha256,
    width: asset.width,
    height: asset.height,
    duration_seconds: asset.durationSeconds,
    file_name: asset.fileName,
    created_at: asset.createdAt,
  };
}

export function toUploadSession(upload: UploadRecord, origin: string): UploadSession {
  return {
    id: upload.uploadId,
    way: upload.way,
    state: upload.state,
    file_name: upload.fileName,
    content_type: upload.contentType,
    size_bytes: upload.sizeBytes,
    received_bytes: upload.receivedBytes,
    upload: upload.asset && toUpload(upload.asset, origin),
    error: upload.error && { code: upload.error.code, detail: upload.error.message },
    created_at: upload.createdAt,
    expires_at: upload.expiresAt,
  };
}

/** An asset that is here already, as if it had just been imported. */
export function asImported(asset: AssetRecord, origin: string): UploadSession {
  return {
    id: asset.assetId,
    way: 'import',
    state: 'completed',
    file_name: asset.fileName,
    content_type: null,
    size_bytes: null,
    received_bytes: 0,
    upload: toUpload(asset, origin),
    error: null,
    created_at: asset.createdAt,
    expires_at: asset.createdAt,
  };
}
