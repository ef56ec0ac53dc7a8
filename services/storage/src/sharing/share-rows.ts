import { sql, type Selectable } from 'kysely';
import type { GalleryStatus, ShareRecord } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { MediaTx } from '../assets/asset-rows';
import type { SharesTable } from '../schema/gallery-tables';
import type { MediaTables } from '../schema/tables';

type Sql = Database<MediaTables>['sql'] | MediaTx['sql'];
export type ShareRow = Selectable<SharesTable>;
export interface ShownShare extends ShareRow {
  readonly status: GalleryStatus | null;
}

/** The user's links that were not revoked, with what became of them in the gallery. */
export function sharesOf(db: Sql, userId: string) {
  return db
    .selectFrom('media.shares as share')
    .leftJoin('media.gallery_entries as entry', 'entry.entry_id', 'share.share_id')
    .selectAll('share')
    .select('entry.status')
    .where('share.owner_user_id', '=', userId)
    .where('share.token', 'is not', null);
}

/** Whether the row `share` opens for whoever has its token. */
export const opens = sql<boolean>`share.token is not null and share.blocked_at is null
  and (share.expires_at is null or share.expires_at > now())`;

export const notShared = (jobId: string): AppError =>
  new AppError('not_found', `There is no share of the job ${jobId}.`);

export function toShareRecord(row: ShownShare): ShareRecord {
  if (row.token === null) throw new AppError('internal', `The share ${row.share_id} is revoked.`);
  return {
    shareId: row.share_id,
    jobId: row.job_id,
    token: row.token,
    title: row.title,
    prompt: row.prompt,
    model: row.model,
    allowDownload: row.allow_download,
    expiresAt: row.expires_at?.toISOString() ?? null,
    blocked: row.blocked_at !== null,
    createdAt: row.created_at.toISOString(),
    gallery: row.status,
  };
}
