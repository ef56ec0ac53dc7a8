import { mediaPosterV1, subjects } from '@shotloom/contracts';
import type { AssetRow, MediaTx } from '../assets/asset-rows';

/** Asks ourselves for a poster, off the path that completes a job. */
export function emitPoster(tx: MediaTx, asset: Pick<AssetRow, 'asset_id' | 'job_id'>): void {
  const { asset_id: assetId, job_id: jobId } = asset;
  tx.emit({
    contract: mediaPosterV1,
    payload: { assetId },
    subject: subjects.mediaPoster,
    partitionKey: assetId,
    correlationId: jobId ?? assetId,
  });
}
