import { sql } from 'kysely';
import { DeadLetter } from '@shotloom/bus';
import type { mediaDeleteV1, PayloadOf } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import { findAsset, lockAsset, lockAttempt, type AssetRow, type MediaTx } from '../assets/asset-rows';
import { objectKeys } from '../object-store/object-keys';
import { forgetShare } from '../sharing/forget-share';
import { removeObjectsOf } from './remove-objects';

export type DeleteRequest = PayloadOf<typeof mediaDeleteV1>;

/**
 * Tombstone first, objects after it: what a crash leaves between the two, the sweep or a redelivery removes. An asset that
 * is not there (yet) is nothing wrong: the upload that should have become it was given up. Another user's asset is; that
 * message is refused once all else that it asks for is done.
 */
export async function deleteMedia(storage: Storage, request: DeleteRequest): Promise<void> {
  const { assetId, attemptId, ownerUserId, objectKeys: loose } = request;
  const ours = assetId === null || (await deleteAsset(storage, assetId, ownerUserId));
  if (attemptId !== null) await deleteAttempt(storage, attemptId, ownerUserId);
  if (loose.length > 0) await deleteLoose(storage, loose);
  if (!ours) throw new DeadLetter(`User ${ownerUserId} has no asset ${assetId} that could be deleted.`);
}

/** False where it is another user's. Where no asset is yet, the tombstone stops a registration still on its way. */
async function deleteAsset(storage: Storage, assetId: string, ownerUserId: string): Promise<boolean> {
  const { row, known } = await storage.database.run(async (tx) => {
    await lockAsset(tx, assetId);
    const row = await bury(tx, { asset_id: assetId }, ownerUserId);
    const known = row ?? (await findAsset(tx.sql, assetId));
    if (!known) await preventAsset(tx, assetId);
    return { row, known };
  });
  if (row) await removeObjectsOf(storage, row);
  return row !== undefined || known === undefined;
}

async function preventAsset(tx: MediaTx, assetId: string): Promise<void> {
  await tx.sql
    .insertInto('media.asset_tombstones')
    .values({ asset_id: assetId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Also where no asset is yet: the tombstone stops an ingest that is still on its way. */
async function deleteAttempt(storage: Storage, attemptId: string, ownerUserId: string): Promise<void> {
  const row = await storage.database.run(async (tx) => {
    await lockAttempt(tx, attemptId);
    await tx.sql
      .insertInto('media.attempt_tombstones')
      .values({ attempt_id: attemptId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return bury(tx, { attempt_id: attemptId }, ownerUserId);
  });
  if (row) await removeObjectsOf(storage, row);
  await storage.store.removePrefix(objectKeys.attempt(attemptId));
}

/**
 * Marks the owner's asset as deleted, and ends its link with it; an asset that is deleted already is found too, so that a repeat finishes
 * the work.
 */
async function bury(
  tx: MediaTx,
  which: { asset_id: string } | { attempt_id: string },
  ownerUserId: string,
): Promise<AssetRow | undefined> {
  const row = await tx.sql
    .updateTable('media.assets')
    .set({ deleted_at: sql<Date>`coalesce(deleted_at, now())` })
    .where((where) => where.and(which))
    .where('owner_user_id', '=', ownerUserId)
    .returningAll()
    .executeTakeFirst();
  if (row) await forgetShare(tx, row.asset_id);
  return row;
}

/** Objects that never became an asset. One that has become one in the meantime is not touched. */
async function deleteLoose({ database, store, logger }: Storage, keys: readonly string[]): Promise<void> {
  const living = await database.sql
    .selectFrom('media.assets')
    .select(['object_key', 'poster_key'])
    .where('deleted_at', 'is', null)
    .where((where) => where.or([where('object_key', 'in', [...keys]), where('poster_key', 'in', [...keys])]))
    .execute();
  const kept = new Set(living.flatMap((row) => [row.object_key, row.poster_key]));
  for (const key of keys) {
    if (kept.has(key)) logger.warn({ key }, 'an object that belongs to an asset was not removed');
    else await store.remove(key);
  }
}
