import { isId } from '@shotloom/kernel';
import type { DescribedAsset, describeAssetsRpc, RpcRequest } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import { findRenditions, toRenditionRecord, type MadeRendition } from '../renditions/rendition-rows';
import { toAssetRecord, type AssetRow } from './asset-rows';
import { downloadNameOf } from './download-name';

/** The user's own living assets among those asked for, in that order, with links. */
export async function describeAssets(
  { database, store }: Pick<Storage, 'database' | 'store'>,
  { userId, assetIds, expiresInSeconds }: RpcRequest<typeof describeAssetsRpc>,
): Promise<DescribedAsset[]> {
  const wanted = assetIds.filter(isId);
  if (!isId(userId) || wanted.length === 0) return [];
  const rows = await database.sql
    .selectFrom('media.assets')
    .selectAll()
    .where('owner_user_id', '=', userId)
    .where('asset_id', 'in', wanted)
    .where('deleted_at', 'is', null)
    .execute();
  const byId = new Map(rows.map((row) => [row.asset_id, row]));
  const found = [...new Set(wanted)].flatMap((assetId) => byId.get(assetId.toLowerCase()) ?? []);
  const made = await findRenditions(
    database.sql,
    found.map((row) => row.asset_id),
  );
  return Promise.all(
    found.map((row) => withLinks(store, row, made.get(row.asset_id) ?? [], expiresInSeconds)),
  );
}

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
