import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import type { MediaTx } from '../assets/asset-rows';

/**
 * Puts a share into the gallery, or leaves it there. The share is locked. Throws `conflict` where an operator has declined it: taking it
 * out and putting it in again does not help.
 */
export async function enterGallery(
  tx: MediaTx,
  entryId: string,
  { model, needsApproval }: { readonly model: string; readonly needsApproval: boolean },
): Promise<void> {
  const entry = await tx.sql
    .selectFrom('media.gallery_entries')
    .select('status')
    .where('entry_id', '=', entryId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (entry?.status === 'rejected' || entry?.status === 'removed') {
    throw new AppError('conflict', 'The operator of this platform declined this video for the gallery.');
  }
  if (entry) return;
  const status = needsApproval ? 'pending' : 'published';
  const published_at = needsApproval ? null : sql<Date>`now()`;
  await tx.sql
    .insertInto('media.gallery_entries')
    .values({ entry_id: entryId, model, status, published_at })
    .execute();
}

/** What was approved had other words. */
export async function judgeAgain(tx: MediaTx, entryId: string): Promise<void> {
  await tx.sql
    .updateTable('media.gallery_entries')
    .set({ status: 'pending' })
    .where('entry_id', '=', entryId)
    .where('status', '=', 'published')
    .execute();
}

/** What an operator has refused stays known, so that it does not come again under another link. */
export async function leaveGallery(tx: MediaTx, entryId: string): Promise<void> {
  await tx.sql
    .deleteFrom('media.gallery_entries')
    .where('entry_id', '=', entryId)
    .where('status', 'in', ['pending', 'published'])
    .execute();
}
