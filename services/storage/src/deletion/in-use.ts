import { assetsInUseRpc, type RpcResponse } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import type { AssetRow } from '../assets/asset-rows';

type Asked = Pick<AssetRow, 'asset_id' | 'owner_user_id'>;

/** What one question takes. */
export const MOST_ASKED = 100;

/** Which of these assets jobs that have not ended still need, at most `MOST_ASKED` of them. Throws where nobody can say. */
export function askInUse(
  bus: Storage['bus'],
  assets: readonly Asked[],
): Promise<RpcResponse<typeof assetsInUseRpc>> {
  return bus.request(assetsInUseRpc, {
    assets: assets.map((row) => ({ assetId: row.asset_id, ownerUserId: row.owner_user_id })),
  });
}
