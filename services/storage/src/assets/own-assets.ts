import { sql, type RawBuilder } from 'kysely';
import type { getAssetRpc, listAssetsRpc, OwnAsset, RpcRequest, RpcResponse } from '@shotloom/contracts';
import { after, encodeCursor, exactly } from '@shotloom/database';
import { isId } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { expiresAt, retentionJoins } from '../retention/expiry';
import { toAssetRecord, type AssetRow } from './asset-rows';

type Parts = { readonly database: Pick<Storage['database'], 'sql'> };
type Row = AssetRow & { readonly expires_at: Date | null };

type Asked = RpcRequest<typeof listAssetsRpc>;

/**
 * See `listAssetsRpc`. By keyset: a deep page costs what the first one costs. Whatever it is filtered by, and also where nothing matches, it
 * reads no more than a page of each kind, origin and type that the user has.
 */
export async function listAssets(
  { database }: Parts,
  asked: Asked,
): Promise<RpcResponse<typeof listAssetsRpc>> {
  const { limit } = asked;
  const { rows } = await sql<Row & { readonly cursor_at: string }>`
    select asset.*, ${expiresAt} as expires_at, ${exactly(sql`asset.created_at`)} as cursor_at
    from media.assets as asset ${retentionJoins}
    where asset.asset_id = any (array(${idsOf(asked)}))
    order by asset.created_at desc, asset.asset_id desc`.execute(database.sql);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    assets: page.map(toOwnAsset),
    nextCursor: last ? encodeCursor({ createdAt: last.cursor_at, id: last.asset_id }) : null,
  };
}

const FACETS = sql`asset.kind, asset.origin, asset.content_type`;

/** The assets of the page, and one more. */
function idsOf(asked: Asked): RawBuilder<unknown> {
  const { kind, origin, contentType } = asked;
  const filters = [
    ...(kind === undefined ? [] : [sql`facet.kind = ${kind}`]),
    ...(origin === undefined ? [] : [sql`facet.origin = ${origin}`]),
    ...(contentType === undefined ? [] : [sql`facet.content_type = ${contentType}`]),
  ];
  if (filters.length === 0) return sql`select asset_id from (${found(asked, sql`true`)}) as page`;
  return sql`
    ${facetsOf(asked)}
    select page.asset_id from facet
    cross join lateral (${found(asked, sql`(${FACETS}) = (facet.kind, facet.origin, facet.content_type)`)}) as page
    where ${sql.join(filters, sql` and `)}
    order by page.created_at desc, page.asset_id desc limit ${asked.limit + 1}`;
}

/** What kinds, origins and types the user's assets are of, stepped through by the index that has them in order. */
function facetsOf({ userId }: Asked): RawBuilder<unknown> {
  const next = (than: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    select ${FACETS} from media.assets as asset
    where asset.owner_user_id = ${userId} and ${LISTED} and ${than} order by ${FACETS} limit 1`;
  return sql`
    with recursive facet (kind, origin, content_type) as (
      (${next(sql`true`)})
      union all
      select other.* from facet cross join lateral (
        ${next(sql`(${FACETS}) > (facet.kind, facet.origin, facet.content_type)`)}) as other
    )`;
}

/** A page of the user's assets for which this holds. */
const found = ({ userId, cursor, limit }: Asked, condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select asset.asset_id, asset.created_at from media.assets as asset
  where asset.owner_user_id = ${userId} and ${LISTED} and ${condition}
    and ${after(cursor, sql`asset.created_at`, sql`asset.asset_id`)}
  order by asset.created_at desc, asset.asset_id desc limit ${limit + 1}`;

/** In the words of the index. */
const LISTED = sql`asset.deleted_at is null and asset.expiring_at is null`;

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

function toOwnAsset(row: Row): OwnAsset {
  return {
    ...toAssetRecord(row),
    jobId: row.job_id,
    expiresAt: row.expires_at?.toISOString() ?? null,
  };
}
