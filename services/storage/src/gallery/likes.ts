import { sql } from 'kysely';
import type { RpcRequest, setLikeRpc } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import { lockVisible } from './visible';

/** See `setLikeRpc`. The count changes with the row that it counts, and only where there is a change. */
export function setLike(
  { database }: Pick<Storage, 'database'>,
  { userId, entryId, liked }: RpcRequest<typeof setLikeRpc>,
): Promise<number> {
  return database.run(async (tx) => {
    await lockVisible(tx, entryId);
    const like = { entry_id: entryId, user_id: userId };
    const change = liked
      ? await tx.sql
          .insertInto('media.gallery_likes')
          .values(like)
          .onConflict((conflict) => conflict.doNothing())
          .returning('entry_id')
          .execute()
      : await tx.sql
          .deleteFrom('media.gallery_likes')
          .where((where) => where.and(like))
          .returning('entry_id')
          .execute();
    const by = liked ? change.length : -change.length;
    const { likes } = await tx.sql
      .updateTable('media.gallery_entries')
      .set({ likes: sql<number>`likes + ${by}` })
      .where('entry_id', '=', entryId)
      .returning('likes')
      .executeTakeFirstOrThrow();
    return likes;
  });
}
