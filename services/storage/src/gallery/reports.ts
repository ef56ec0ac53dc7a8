import { sql } from 'kysely';
import type { reportRpc, RpcRequest } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import type { MediaTx } from '../assets/asset-rows';
import { lockEntryOf } from './comments';
import { lockVisible, noComment } from './visible';

type Report = RpcRequest<typeof reportRpc>;

/** See `reportRpc`. A second one of the same user says nothing new. */
export async function report({ database }: Pick<Storage, 'database'>, told: Report): Promise<void> {
  await database.run(async (tx) => {
    if (told.kind === 'entry') await lockVisible(tx, told.id);
    else await lockVisibleComment(tx, told.id);
    const made = await tx.sql
      .insertInto('media.gallery_reports')
      .values({
        ...{ report_id: told.reportId, reporter_user_id: told.userId, reason: told.reason },
        entry_id: told.kind === 'entry' ? told.id : null,
        comment_id: told.kind === 'comment' ? told.id : null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('report_id')
      .executeTakeFirst();
    if (made) await countReport(tx, told);
  });
}

async function lockVisibleComment(tx: MediaTx, commentId: string): Promise<void> {
  const { entry_id: entryId } = await lockEntryOf(tx, commentId);
  await lockVisible(tx, entryId, noComment(commentId));
  const comment = await tx.sql
    .selectFrom('media.comments')
    .select('comment_id')
    .where('comment_id', '=', commentId)
    .where('status', '=', 'published')
    .executeTakeFirst();
  if (!comment) throw noComment(commentId);
}

async function countReport(tx: MediaTx, { kind, id }: Report): Promise<void> {
  const more = { open_reports: sql<number>`open_reports + 1` };
  const counted =
    kind === 'entry'
      ? tx.sql.updateTable('media.gallery_entries').set(more).where('entry_id', '=', id)
      : tx.sql.updateTable('media.comments').set(more).where('comment_id', '=', id);
  await counted.execute();
}
