import { AppError } from '@shotloom/kernel';
import type { Database } from '@shotloom/database';
import type { MediaTx } from '../assets/asset-rows';
import type { MediaTables } from '../schema/tables';
import { opens } from '../sharing/share-rows';

type Sql = Database<MediaTables>['sql'] | MediaTx['sql'];

/** The entries that others see: published, behind a link that opens. */
export function visibleEntries(db: Sql) {
  return db
    .selectFrom('media.gallery_entries as entry')
    .innerJoin('media.shares as share', 'share.share_id', 'entry.entry_id')
    .where('entry.status', '=', 'published')
    .where(opens);
}

/** Locked for its counts: whatever changes what is counted comes through here. Throws `not_found`. */
export async function lockVisible(
  tx: MediaTx,
  entryId: string,
  missing = noEntry(entryId),
): Promise<{ owner_user_id: string }> {
  const entry = await visibleEntries(tx.sql)
    .select('share.owner_user_id')
    .where('entry.entry_id', '=', entryId)
    .forNoKeyUpdate('entry')
    .executeTakeFirst();
  if (!entry) throw missing;
  return entry;
}

export const noEntry = (entryId: string): AppError =>
  new AppError('not_found', `There is no gallery entry ${entryId}.`);
export const noComment = (commentId: string): AppError =>
  new AppError('not_found', `There is no comment ${commentId}.`);
