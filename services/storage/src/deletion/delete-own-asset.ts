import type { deleteAssetRpc, RpcRequest } from '@shotloom/contracts';
import { AppError, isId } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { lockAsset, type AssetRow } from '../assets/asset-rows';
import { bury, keptForAWhile } from './delete-media';
import { askInUse } from './in-use';

/**
 * See `deleteAssetRpc`. A job that is accepted between the question and the deletion does not lose its source either: the bytes stay for
 * a while, and the sweep asks before it removes them.
 */
export async function deleteOwnAsset(
  storage: Pick<Storage, 'bus' | 'database' | 'config'>,
  { userId, assetId }: RpcRequest<typeof deleteAssetRpc>,
): Promise<void> {
  const asset = await findOwn(storage, userId, assetId);
  if (asset.origin === 'generated') throw madeByJob(asset);
  const { inUse, jobIds = [] } = await askInUse(storage.bus, [asset]);
  if (inUse.length > 0) throw neededBy(jobIds);
  await storage.database.run(async (tx) => {
    await lockAsset(tx, assetId);
    await tx.sql.deleteFrom('media.asset_claims').where('asset_id', '=', asset.asset_id).execute();
    await bury(tx, { asset_id: asset.asset_id }, userId, keptForAWhile(storage.config));
  });
}

async function findOwn(
  { database }: Pick<Storage, 'database'>,
  userId: string,
  assetId: string,
): Promise<AssetRow> {
  const row =
    isId(userId) && isId(assetId)
      ? await database.sql
          .selectFrom('media.assets')
          .selectAll()
          .where('asset_id', '=', assetId)
          .where('owner_user_id', '=', userId)
          .where('deleted_at', 'is', null)
          .executeTakeFirst()
      : undefined;
  if (row) return row;
  throw new AppError('not_found', `There is no asset ${assetId.slice(0, 64)}.`);
}

function madeByJob({ job_id: jobId }: AssetRow): AppError {
  return new AppError(
    'conflict',
    'A job made this video, and it goes with the job: DELETE /api/v1/jobs/{id}.',
    {
      details: { reason: 'made_by_job', job_id: jobId },
    },
  );
}

function neededBy(jobIds: readonly string[]): AppError {
  return new AppError(
    'conflict',
    'Jobs that have not ended need this file. Wait for them, or cancel or delete them first.',
    { details: { reason: 'asset_in_use', job_ids: jobIds } },
  );
}
