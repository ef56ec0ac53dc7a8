import type {
  getShareRpc,
  listSharesRpc,
  revokeShareRpc,
  RpcRequest,
  RpcResponse,
  ShareRecord,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { leaveGallery } from '../gallery/entries';
import { notShared, sharesOf, toShareRecord } from './share-rows';

type Parts = Pick<Storage, 'database'>;

/** See `getShareRpc`. */
export async function getShare(
  { database }: Parts,
  { userId, jobId }: RpcRequest<typeof getShareRpc>,
): Promise<ShareRecord | null> {
  const row = await sharesOf(database.sql, userId).where('share.job_id', '=', jobId).executeTakeFirst();
  return row ? toShareRecord(row) : null;
}

/** See `listSharesRpc`. */
export async function listShares(
  { database }: Parts,
  { userId, limit, cursor }: RpcRequest<typeof listSharesRpc>,
): Promise<RpcResponse<typeof listSharesRpc>> {
  let query = sharesOf(database.sql, userId);
  if (cursor !== undefined) query = query.where('share.share_id', '<', cursor);
  const rows = await query
    .orderBy('share.share_id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const nextCursor = rows.length > limit ? (page.at(-1)?.share_id ?? null) : null;
  return { shares: page.map(toShareRecord), nextCursor };
}

/** See `revokeShareRpc`. */
export async function revokeShare(
  { database }: Parts,
  { userId, jobId }: RpcRequest<typeof revokeShareRpc>,
): Promise<void> {
  await database.run(async (tx) => {
    const row = await tx.sql
      .selectFrom('media.shares')
      .select(['share_id', 'blocked_at'])
      .where('job_id', '=', jobId)
      .where('owner_user_id', '=', userId)
      .where('token', 'is not', null)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw notShared(jobId);
    if (row.blocked_at !== null) {
      throw new AppError('conflict', 'The operator took this video down: its link is closed already.');
    }
    await tx.sql
      .updateTable('media.shares')
      .set({ token: null, title: null, prompt: null })
      .where('share_id', '=', row.share_id)
      .execute();
    await leaveGallery(tx, row.share_id);
  });
}
