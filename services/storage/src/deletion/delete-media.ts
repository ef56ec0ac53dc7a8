import { sql, type RawBuilder } from 'kysely';
import { DeadLetter } from '@shotloom/bus';
import type { mediaDeleteV1, PayloadOf } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import { findAsset, lockAsset, lockAttempt, type AssetRow, type MediaTx } from '../assets/asset-rows';
import { objectKeys } from '../object-store/object-keys';
import { forgetShare } from '../sharing/forget-share';
import { releaseClaim } from '../uploads/claims';
import { removeLoose } from './remove-objects';
import { removeUnused } from './remove-unused';

export type DeleteRequest = PayloadOf<typeof mediaDeleteV1>;

/**
 * Tombstone first, objects after it: what a crash leaves between the two, the sweep or a redelivery removes. Bytes that a job which has
 * not ended needs stay until it has. An asset that
 * is not there (yet) is nothing wrong: the upload that should have become it was given up. Another user's asset is; that
 * message is refused once all else that it asks for is done.
 */
export async function deleteMedia(storage: Storage, request: DeleteRequest): Promise<void> {
  const { assetId, attemptId, ownerUserId, objectKeys: loose } = request;
  const ours = assetId === null || (await deleteAsset(storage, assetId, ownerUserId));
  if (attemptId !== null) await deleteAttempt(storage, attemptId, ownerUserId);
  if (loose.length > 0) await removeLoose(storage, loose);
  if (!ours) throw new DeadLetter(`User ${ownerUserId} has no asset ${assetId} that could be deleted.`);
}

/**
 * Gives up an asset, or what an upload brought, which is the same by another id: it goes when no other upload holds it. False where
 * it is another user's. Where no asset is yet, the tombstone stops a registration still on its way.
 */
async function deleteAsset(storage: Storage, id: string, ownerUserId: string): Promise<boolean> {
  const { row, ours } = await storage.database.run(async (tx) => {
    await lockAsset(tx, id);
    const target = await releaseClaim(tx, id, ownerUserId);
    if (target === null) return { row: undefined, ours: true };
    const row = await bury(tx, { asset_id: target }, ownerUserId);
    const known = row ?? (await findAsset(tx.sql, target));
    if (!known) await preventAsset(tx, target);
    return { row, ours: row !== undefined || known === undefined };
  });
  if (row) await removeUnused(storage, [row]);
  return ours;
}

/** The same for an upload that its owner does not want any more; the sweep removes the bytes some time later. */
export async function deleteUploaded(
  { database, config }: Pick<Storage, 'database' | 'config'>,
  uploadId: string,
  ownerUserId: string,
): Promise<void> {
  await database.run(async (tx) => {
    await lockAsset(tx, uploadId);
    const target = await releaseClaim(tx, uploadId, ownerUserId);
    if (target !== null) await bury(tx, { asset_id: target }, ownerUserId, keptForAWhile(config));
  });
}

/** Longer than a job takes from its look at its inputs to its accept: from then on the job itself holds them. */
export const keptForAWhile = ({ DELETED_UPLOAD_SECONDS: secs }: Storage['config']): RawBuilder<Date> =>
  sql<Date>`now() + make_interval(secs => ${secs})`;

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
  if (row && !(await removeUnused(storage, [row])).has(row.asset_id)) return;
  await storage.store.removePrefix(objectKeys.attempt(attemptId));
}

/**
 * Marks the owner's asset as deleted, and ends its link with it; an asset that is deleted already is found too, so that a repeat finishes
 * the work. Its bytes stay until `keptUntil`, where that is given.
 */
export async function bury(
  tx: MediaTx,
  which: { asset_id: string } | { attempt_id: string },
  ownerUserId: string,
  keptUntil: RawBuilder<Date> | null = null,
): Promise<AssetRow | undefined> {
  const row = await tx.sql
    .updateTable('media.assets')
    .set({
      // The right side is the row as it was: a repeat moves neither.
      objects_kept_until: sql<Date | null>`case when deleted_at is null then (${keptUntil})::timestamptz else objects_kept_until end`,
      deleted_at: sql<Date>`coalesce(deleted_at, now())`,
    })
    .where((where) => where.and(which))
    .where('owner_user_id', '=', ownerUserId)
    .returningAll()
    .executeTakeFirst();
  if (row) await forgetShare(tx, row.asset_id);
  return row;
}
