import { sql, type RawBuilder } from 'kysely';
import type { getAssetRpc, listAssetsRpc, OwnAsset, RpcRequest, RpcResponse } from '@shotloom/contracts';
import { after, encodeCursor, exactly } from '@shotloom/database';
import { isId } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { expiresAt, retentionJoins } from '../retention/expiry';
import { toAssetRecord, type AssetRow } from './asset-rows';

type Parts = Pick<Storage, 'database'>;
type Row = AssetRow & { readonly expires_at: Date | null };

/** See `listAssetsRpc`. By keyset over the index of living assets: a deep page costs what the first one costs. */
export async function listAssets(
  { database }: Parts,
  { userId, limit, cursor, kind, origin, contentType }: RpcRequest<typeof listAssetsRpc>,
): Promise<RpcResponse<typeof listAssetsRpc>> {
  const { rows } = await sql<Row & { readonly cursor_at: string }>`
    select asset.*, ${expiresAt} as expires_at, ${exactly(sql`asset.created_at`)} as cursor_at
    from media.assets as asset ${retentionJoins}
    where asset.owner_user_id = ${userId} and asset.deleted_at is null and asset.expiring_at is null
      and ${after(cursor, sql`asset.created_at`, sql`asset.asset_id`)}
      and ${is('kind', kind)} and ${is('origin', origin)} and ${is('content_type', contentType)}
    order by asset.created_at desc, asset.asset_id desc limit ${limit + 1}`.execute(database.sql);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    assets: page.map(toOwnAsset),
    nextCursor: last ? encodeCursor({ createdAt: last.cursor_at, id: last.asset_id }) : null,
  };
}

/** See `getAssetRpc`. */
export async function getAsset(
  { database }: Parts,
  { userId, assetId }: RpcRequest<typeof getAssetRpc>,
): Promise<RpcResponse<typeof getAssetRpc>> {
  if (!isId(userId) || !isId(assetId)) return { asset: null, expiredAt: null };
  const { rows } = await sql<Row>`
    select asset.*, ${expiresAt} as expires_at from media.assets as asset ${retentionJoins}
    where asset.owner_user_id = ${userId} and asset.asset_id = ${assetId}
      and (asset.deleted_at is null or asset.expired_at is not null)`.execute(database.sql);
  const [row] = rows;
  const expiredAt = row?.expired_at ?? row?.expiring_at ?? null;
  return {
    asset: row && expiredAt === null ? toOwnAsset(row) : null,
    expiredAt: expiredAt?.toISOString() ?? null,
  };
}

const is = (column: 'kind' | 'origin' | 'content_type', value: string | undefined): RawBuilder<boolean> =>
  value === undefined ? sql<boolean>`true` : sql<boolean>`${sql.ref(`asset.${column}`)} = ${value}`;

function toOwnAsset(row: Row): OwnAsset {
  return {
    ...toAssetRecord(row),
    jobId: row.job_id,
    expiresAt: row.expires_at?.toISOString() ?? null,
  };
}
