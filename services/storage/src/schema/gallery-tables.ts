import type { Generated } from 'kysely';
import type { GalleryStatus } from '@shotloom/contracts';

/** `media.shares`: the link to a job's video. A token that is null: revoked. */
export interface SharesTable {
  share_id: string;
  job_id: string;
  asset_id: string;
  account_id: string;
  owner_user_id: string;
  token: string | null;
  title: string | null;
  prompt: string | null;
  model: string;
  allow_download: boolean;
  expires_at: Date | null;
  created_at: Generated<Date>;
  /** When an operator took it down. */
  blocked_at: Date | null;
}

/** `media.gallery_entries`: a shared video that others may find. Its id is the share's. The counts are of what is published and unanswered. */
export interface GalleryEntriesTable {
  entry_id: string;
  model: string;
  status: GalleryStatus;
  likes: Generated<number>;
  comments: Generated<number>;
  open_reports: Generated<number>;
  created_at: Generated<Date>;
  published_at: Date | null;
}

export interface CommentsTable {
  comment_id: string;
  entry_id: string;
  author_user_id: string;
  text: string;
  status: GalleryStatus;
  open_reports: Generated<number>;
  created_at: Generated<Date>;
}

/** `media.gallery_reports`: of an entry or of a comment. */
export interface GalleryReportsTable {
  report_id: string;
  entry_id: string | null;
  comment_id: string | null;
  reporter_user_id: string;
  reason: string;
  created_at: Generated<Date>;
  /** When an operator decided. */
  resolved_at: Date | null;
}

export interface GalleryTables {
  'media.shares': SharesTable;
  'media.gallery_entries': GalleryEntriesTable;
  'media.gallery_likes': { entry_id: string; user_id: string; created_at: Generated<Date> };
  'media.comments': CommentsTable;
  'media.gallery_reports': GalleryReportsTable;
}
