import type { MediaTx } from '../assets/asset-rows';

/** With the video go its link, its place in the gallery, and what others wrote there. In the transaction that deletes it. */
export async function forgetShare(tx: MediaTx, assetId: string): Promise<void> {
  await tx.sql.deleteFrom('media.shares').where('asset_id', '=', assetId).execute();
}
