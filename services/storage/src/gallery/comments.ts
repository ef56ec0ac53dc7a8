import { sql, type Selectable } from 'kysely';
import type {
  addCommentRpc,
  CommentRecord,
  deleteCommentRpc,
  listCommentsRpc,
  RpcRequest,
  RpcResponse,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import type { MediaTx } from '../assets/asset-rows';
import type { CommentsTable } from '../schema/gallery-tables';
import { lockVisible, noComment, noEntry, visibleEntries } from './visible';

type Parts = Pick<Storage, 'database'>;
type CommentRow = Selectable<CommentsTable>;

/** See `listCommentsRpc`. */
export async function listComments(
  { database }: Parts,
  { entryId, viewerUserId, limit, cursor }: RpcRequest<typeof listCommentsRpc>,
): Promise<RpcResponse<typeof listCommentsRpc>> {
  const entry = await visibleEntries(database.sql)
    .select('share.owner_user_id')
    .where('entry.entry_id', '=', entryId)
    .executeTakeFirst();
  if (!entry) throw noEntry(entryId);
  let query = database.sql
    .selectFrom('media.comments')
    .selectAll()
    .where('entry_id', '=', entryId)
    .where(
      sql<boolean>`(status = 'published' or status = 'pending' and author_user_id = ${viewerUserId}::uuid)`,
    );
  if (cursor !== undefined) query = query.where('comment_id', '<', cursor);
  const rows = await query
    .orderBy('comment_id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const nextCursor = rows.length > limit ? (page.at(-1)?.comment_id ?? null) : null;
  return { comments: page.map((row) => toCommentRecord(row, entry.owner_user_id)), nextCursor };
}

/** See `addCommentRpc`. */
export function addComment(
  { database }: Parts,
  { commentId, entryId, userId, text, needsApproval }: RpcRequest<typeof addCommentRpc>,
): Promise<CommentRecord> {
  return database.run(async (tx) => {
    const { owner_user_id: owner } = await lockVisible(tx, entryId);
    const status = needsApproval ? 'pending' : 'published';
    const made = await tx.sql
      .insertInto('media.comments')
      .values({ comment_id: commentId, entry_id: entryId, author_user_id: userId, text, status })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (made) {
      await countComments(tx, entryId, status === 'published' ? 1 : 0);
      return toCommentRecord(made, owner);
    }
    const known = await tx.sql
      .selectFrom('media.comments')
      .selectAll()
      .where('comment_id', '=', commentId)
      .where('entry_id', '=', entryId)
      .where('author_user_id', '=', userId)
      .executeTakeFirst();
    if (known) return toCommentRecord(known, owner);
    throw new AppError('conflict', `The comment id ${commentId} is taken.`);
  });
}

/** See `deleteCommentRpc`. */
export async function deleteComment(
  { database }: Parts,
  { commentId, userId, asOperator }: RpcRequest<typeof deleteCommentRpc>,
): Promise<void> {
  await database.run(async (tx) => {
    const found = await lockEntryOf(tx, commentId);
    const isTheirs = found.author_user_id === userId || found.owner_user_id === userId;
    if (!isTheirs && !asOperator) throw noComment(commentId);
    const gone = await tx.sql
      .deleteFrom('media.comments')
      .where('comment_id', '=', commentId)
      .returning('status')
      .executeTakeFirst();
    if (!gone) throw noComment(commentId);
    await countComments(tx, found.entry_id, gone.status === 'published' ? -1 : 0);
  });
}

/** The entry before the comment, as everywhere. Throws `not_found`. */
export async function lockEntryOf(
  tx: MediaTx,
  commentId: string,
): Promise<{ entry_id: string; author_user_id: string; owner_user_id: string }> {
  const found = await tx.sql
    .selectFrom('media.comments as comment')
    .innerJoin('media.gallery_entries as entry', 'entry.entry_id', 'comment.entry_id')
    .innerJoin('media.shares as share', 'share.share_id', 'entry.entry_id')
    .select(['entry.entry_id', 'comment.author_user_id', 'share.owner_user_id'])
    .where('comment.comment_id', '=', commentId)
    .forNoKeyUpdate('entry')
    .executeTakeFirst();
  if (!found) throw noComment(commentId);
  return found;
}

/** Under the lock of the entry. */
export async function countComments(tx: MediaTx, entryId: string, by: number): Promise<void> {
  if (by === 0) return;
  await tx.sql
    .updateTable('media.gallery_entries')
    .set({ comments: sql<number>`comments + ${by}` })
    .where('entry_id', '=', entryId)
    .execute();
}

function toCommentRecord(row: CommentRow, entryOwnerUserId: string): CommentRecord {
  return {
    commentId: row.comment_id,
    entryId: row.entry_id,
    authorUserId: row.author_user_id,
    text: row.text,
    status: row.status,
    entryOwnerUserId,
    createdAt: row.created_at.toISOString(),
  };
}
