import { mediaRenditionsV1, subjects } from '@shotloom/contracts';
import type { AssetRow, MediaTx } from '../assets/asset-rows';

/** Asks ourselves for what is missing of a video's renditions. */
export function emitRenditions(tx: MediaTx, asset: Pick<AssetRow, 'asset_id' | 'job_id'>): void {
  const { asset_id: assetId, job_id: jobId } = asset;
  tx.emit({
    contract: mediaRenditionsV1,
    payload: { assetId },
    subject: subjects.mediaRenditions,
    partitionKey: assetId,
    correlationId: jobId ?? assetId,
  });
}
