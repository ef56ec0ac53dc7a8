import { sql } from 'kysely';
import type { GalleryStatus, ModerationDecision, moderateRpc, RpcRequest } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import type { MediaTx } from '../assets/asset-rows';
import { countComments, lockEntryOf } from './comments';
import { noComment, noEntry } from './visible';

const OUTCOMES: Readonly<Record<ModerationDecision, GalleryStatus>> = {
  approve: 'published',
  reject: 'rejected',
  take_down: 'removed',
};

/** See `moderateRpc`. Any decision may be taken back by another. */
export function moderate(
  { database }: Pick<Storage, 'database'>,
  { kind, id, decision }: RpcRequest<typeof moderateRpc>,
): Promise<GalleryStatus> {
  const status = OUTCOMES[decision];
  return database.run(async (tx) => {
    if (kind === 'entry') await judgeEntry(tx, id, status);
    else await judgeComment(tx, id, status);
    await tx.sql
      .updateTable('media.gallery_reports')
      .set({ resolved_at: sql<Date>`now()` })
      .where(kind === 'entry' ? 'entry_id' : 'comment_id', '=', id)
      .where('resolved_at', 'is', null)
      .execute();
    return status;
  });
}

/** The share first, as everywhere. */
async function judgeEntry(tx: MediaTx, entryId: string, status: GalleryStatus): Promise<void> {
  const share = await tx.sql
    .selectFrom('media.shares')
    .select('token')
    .where('share_id', '=', entryId)
    .forUpdate()
    .executeTakeFirst();
  if (share?.token === null && status !== 'rejected') {
    throw new AppError('conflict', 'Its owner has revoked the link: there is nothing to show or to close.');
  }
  const judged = await tx.sql
    .updateTable('media.gallery_entries')
    .set({ status, open_reports: 0 })
    .$if(status === 'published', (update) =>
      update.set({ published_at: sql<Date>`coalesce(published_at, now())` }),
    )
    .where('entry_id', '=', entryId)
    .returning('entry_id')
    .executeTakeFirst();
  if (!judged) throw noEntry(entryId);
  await tx.sql
    .updateTable('media.shares')
    .set({ blocked_at: status === 'removed' ? sql<Date>`coalesce(blocked_at, now())` : null })
    .where('share_id', '=', entryId)
    .execute();
}

async function judgeComment(tx: MediaTx, commentId: string, status: GalleryStatus): Promise<void> {
  const { entry_id: entryId } = await lockEntryOf(tx, commentId);
  const before = await tx.sql
    .selectFrom('media.comments')
    .select('status')
    .where('comment_id', '=', commentId)
    .executeTakeFirst();
  if (!before) throw noComment(commentId);
  await tx.sql
    .updateTable('media.comments')
    .set({ status, open_reports: 0 })
    .where('comment_id', '=', commentId)
    .execute();
  await countComments(tx, entryId, published(status) - published(before.status));
}

const published = (status: GalleryStatus): number => (status === 'published' ? 1 : 0);
