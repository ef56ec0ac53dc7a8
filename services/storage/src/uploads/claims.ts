import { sql, type Kysely } from 'kysely';
import type { AssetRow, MediaTx } from '../assets/asset-rows';
import type { MediaTables } from '../schema/tables';

/** What is compared: nothing of another user is ever looked at, so that nobody can find out what others have. */
export interface Content {
  readonly userId: string;
  readonly sha256: string;
}

/**
 * The owner's living upload of this content, locked: it cannot go before this transaction ends. Registrations of the same content by the
 * same owner come one after the other from here on, so that two at once do not both find nothing.
 */
export async function lockSameContent(
  tx: MediaTx,
  { userId, sha256 }: Content,
): Promise<AssetRow | undefined> {
  const name = `media.content.${userId.toLowerCase()}.${sha256}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx.sql);
  return tx.sql
    .selectFrom('media.assets')
    .selectAll()
    .where('owner_user_id', '=', userId)
    .where('sha256', '=', sha256)
    .where('origin', '=', 'upload')
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
}

/** Says that this upload brought the asset, which lives until the last of its uploads is given up. */
export async function claim(tx: MediaTx, uploadId: string, asset: AssetRow): Promise<void> {
  await tx.sql
    .insertInto('media.asset_claims')
    .values({ upload_id: uploadId, asset_id: asset.asset_id, owner_user_id: asset.owner_user_id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** What an upload brought, deleted or not, whoever it is of. */
export function findClaimed(db: Kysely<MediaTables>, uploadId: string): Promise<AssetRow | undefined> {
  return db
    .selectFrom('media.asset_claims as claim')
    .innerJoin('media.assets as asset', 'asset.asset_id', 'claim.asset_id')
    .selectAll('asset')
    .where('claim.upload_id', '=', uploadId)
    .executeTakeFirst();
}

/**
 * Gives up what an upload brought. The id of the asset that goes with it; null where other uploads hold it. Where there is no claim
 * (any more), the id may be an asset's own, and the same holds.
 */
export async function releaseClaim(tx: MediaTx, id: string, ownerUserId: string): Promise<string | null> {
  const released = await tx.sql
    .deleteFrom('media.asset_claims')
    .where('upload_id', '=', id)
    .where('owner_user_id', '=', ownerUserId)
    .returning('asset_id')
    .executeTakeFirst();
  const assetId = released?.asset_id ?? id;
  // Whoever claims it meanwhile waits for us, or we for them.
  await tx.sql
    .selectFrom('media.assets')
    .select('asset_id')
    .where('asset_id', '=', assetId)
    .forUpdate()
    .execute();
  const other = await tx.sql
    .selectFrom('media.asset_claims')
    .select('upload_id')
    .where('asset_id', '=', assetId)
    .where('owner_user_id', '=', ownerUserId)
    .limit(1)
    .executeTakeFirst();
  return other ? null : assetId;
}
