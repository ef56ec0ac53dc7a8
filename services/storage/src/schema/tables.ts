import type { Generated } from 'kysely';
import type { AssetRecord } from '@shotloom/contracts';
import type { GalleryTables } from './gallery-tables';
import type { AssetClaimsTable, UploadPartsTable, UploadsTable } from './upload-tables';

/** `media.assets`: one stored picture or video. A deleted one stays as a tombstone. */
export interface AssetsTable {
  asset_id: string;
  account_id: string;
  owner_user_id: string;
  kind: AssetRecord['kind'];
  origin: AssetRecord['origin'];
  /** The attempt that made it; unique, so an attempt has one result however often it is stored. */
  attempt_id: string | null;
  job_id: string | null;
  object_key: string;
  content_type: string;
  size_bytes: number;
  sha256: string;
  width: number;
  height: number;
  duration_seconds: number | null;
  fps: number | null;
  video_codec: string | null;
  file_name: string | null;
  label: string | null;
  poster_key: string | null;
  /** How often the sweep asked for the poster again, and when it did so last. */
  poster_tries: Generated<number>;
  poster_tried_at: Date | null;
  created_at: Generated<Date>;
  deleted_at: Date | null;
  /** Set once the bytes of a deleted asset are gone; until then the sweep tries again. */
  objects_removed_at: Date | null;
  /** Until then the bytes of a deleted asset stay. */
  objects_kept_until: Date | null;
}

export interface MediaTables extends GalleryTables {
  'media.assets': AssetsTable;
  'media.asset_claims': AssetClaimsTable;
  'media.asset_tombstones': { asset_id: string; deleted_at: Generated<Date> };
  'media.attempt_tombstones': { attempt_id: string; deleted_at: Generated<Date> };
  'media.storage_usage': { owner_user_id: string; used_bytes: number; files: number };
  'media.sweeps': { name: string; begun_at: Date };
  'media.upload_parts': UploadPartsTable;
  'media.uploads': UploadsTable;
}
