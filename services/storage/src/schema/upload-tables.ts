import type { ColumnType, Generated } from 'kysely';
import type { UploadLimits, UploadState, UploadWay } from '@shotloom/contracts';
import type { ErrorRecord } from '@shotloom/kernel';

/** `media.uploads`: one that takes more than one request. It is forgotten some days after its end. */
export interface UploadsTable {
  upload_id: string;
  account_id: string;
  owner_user_id: string;
  way: UploadWay;
  state: Generated<UploadState>;
  file_name: string | null;
  /** As announced, like size and checksum; null for an import. */
  content_type: string | null;
  size_bytes: number | null;
  sha256: string | null;
  received_bytes: Generated<number>;
  /** Of an import that goes on; it may hold a secret, so it goes with the end. */
  source_url: string | null;
  limits: ColumnType<UploadLimits, string, never>;
  asset_id: string | null;
  error: ColumnType<ErrorRecord | null, string | undefined, string>;
  created_at: Generated<Date>;
  expires_at: Date;
  ended_at: Date | null;
  /** Set once nothing can come any more and what came is gone. */
  objects_removed_at: Date | null;
}

/** `media.upload_parts`: what came of a resumable upload, without gaps. */
export interface UploadPartsTable {
  upload_id: string;
  from_byte: number;
  size_bytes: number;
  object_key: string;
}

/** `media.asset_claims`: an upload that brought an asset. */
export interface AssetClaimsTable {
  upload_id: string;
  asset_id: string;
  owner_user_id: string;
  created_at: Generated<Date>;
}
