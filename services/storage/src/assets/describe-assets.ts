import { isId } from '@shotloom/kernel';
import type { DescribedAsset, describeAssetsRpc, RpcRequest, RpcResponse } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import { findRenditions, toRenditionRecord, type MadeRendition } from '../renditions/rendition-rows';
import { toAssetRecord, type AssetRow } from './asset-rows';
import { downloadNameOf } from './download-name';

/**
 * The user's own living assets among those asked for, in that order, with links. What is past what the plan keeps is told apart, also
 * where its file is not gone yet: no new job may begin to use it.
 */
export async function describeAssets(
  { database, store }: Pick<Storage, 'database' | 'store'>,
  { userId, assetIds, expiresInSeconds }: RpcRequest<typeof describeAssetsRpc>,
): Promise<RpcResponse<typeof describeAssetsRpc>> {
  const wanted = assetIds.filter(isId);
  if (!isId(userId) || wanted.length === 0) return { assets: [] };
  const rows = await database.sql
    .selectFrom('media.assets')
    .selectAll()
    .where('owner_user_id', '=', userId)
    .where('asset_id', 'in', wanted)
    .where((where) => where.or([where('deleted_at', 'is', null), where('expired_at', 'is not', null)]))
    .execute();
  const byId = new Map(rows.map((row) => [row.asset_id, row]));
  const found = [...new Set(wanted)].flatMap((assetId) => byId.get(assetId.toLowerCase()) ?? []);
  const living = found.filter((row) => expiredAt(row) === null);
  const made = await findRenditions(
    database.sql,
    living.map((row) => row.asset_id),
  );
  const linked = living.map((row) => withLinks(store, row, made.get(row.asset_id) ?? [], expiresInSeconds));
  const expired = found.flatMap((row) => {
    const at = expiredAt(row);
    // Some wait for days until they go; from the mark on they are past what the plan keeps all the same.
    return at === null ? [] : { assetId: row.asset_id, expiredAt: earlier(at, new Date()).toISOString() };
  });
  return { assets: await Promise.all(linked), ...(expired.length > 0 ? { expired } : {}) };
}

const earlier = (one: Date, other: Date): Date => (one < other ? one : other);

const expiredAt = ({ expired_at, expiring_at }: AssetRow): Date | null => expired_at ?? expiring_at;

async function withLinks(
  store: Storage['store'],
  row: AssetRow,
  made: readonly MadeRendition[],
  expiresInSeconds: number,
): Promise<DescribedAsset> {
  const urlsExpireAt = new Date(Date.now() + expiresInSeconds * 1_000).toISOString();
  // The poster of an older release has no row of its own.
  const shown = made.filter(({ kind }) => kind !== 'poster');
  const [url, downloadUrl, posterUrl, ...urls] = await Promise.all([
    store.signGet(row.object_key, { expiresInSeconds }),
    store.signGet(row.object_key, { expiresInSeconds, downloadName: downloadNameOf(row) }),
    row.poster_key === null ? null : store.signGet(row.poster_key, { expiresInSeconds }),
    ...shown.map(({ objectKey }) => store.signGet(objectKey, { expiresInSeconds })),
  ]);
  const renditions = shown.map((rendition, index) => ({
    ...toRenditionRecord(rendition),
    url: urls[index] ?? '',
  }));
  return { ...toAssetRecord(row), url, downloadUrl, posterUrl, renditions, urlsExpireAt };
}
