import type { ColumnType, Generated } from 'kysely';
import type { AssetRecord, RenditionKind, RenditionRecord } from '@shotloom/contracts';
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
  /** Null for a picture, and for a video of before this was noted. */
  has_audio: boolean | null;
  file_name: string | null;
  label: string | null;
  poster_key: string | null;
  /** How often the sweep asked for the poster again, and when it did so last. */
  poster_tries: Generated<number>;
  poster_tried_at: Date | null;
  /** When all that was wanted of it had been made, or found impossible; and how often the sweep asked for it, and when last. */
  renditions_at: Date | null;
  rendition_tries: Generated<number>;
  rendition_tried_at: Date | null;
  created_at: Generated<Date>;
  /** When it was found past what the plan keeps: from then on it is in no new job, and a while later it goes. */
  expiring_at: Date | null;
  /** When it was deleted for that reason. */
  expired_at: Date | null;
  deleted_at: Date | null;
  /** Set once the bytes of a deleted asset are gone; until then the sweep tries again. */
  objects_removed_at: Date | null;
  /** Until then the bytes of a deleted asset stay. */
  objects_kept_until: Date | null;
}

/** `media.renditions`: what was made of a video, or why it could not be. */
export interface RenditionsTable {
  asset_id: string;
  kind: RenditionKind;
  object_key: string | null;
  content_type: string | null;
  size_bytes: number | null;
  width: number | null;
  height: number | null;
  /** Of a sprite sheet. */
  grid: ColumnType<RenditionRecord['grid'], string | null, never>;
  problem: string | null;
  created_at: Generated<Date>;
}

/** For how long a plan keeps what is its; null is for ever. */
interface PlanRetentionTable {
  plan_id: string;
  version: number;
  retention_days: number | null;
}

interface AccountRetentionTable extends PlanRetentionTable {
  account_id: string;
  account_version: number;
}

export interface MediaTables extends GalleryTables {
  'media.assets': AssetsTable;
  'media.asset_claims': AssetClaimsTable;
  'media.asset_tombstones': { asset_id: string; deleted_at: Generated<Date> };
  'media.attempt_tombstones': { attempt_id: string; deleted_at: Generated<Date> };
  'media.renditions': RenditionsTable;
  'media.plan_retention': PlanRetentionTable;
  'media.account_retention': AccountRetentionTable;
  'media.asset_holds': { asset_id: string; reason: string; created_at: Generated<Date> };
  'media.storage_usage': { owner_user_id: string; used_bytes: number; files: number };
  'media.sweeps': { name: string; begun_at: Date };
  'media.upload_parts': UploadPartsTable;
  'media.uploads': UploadsTable;
}
