import { sql } from 'kysely';
import type { MediaFacts, mediaFactsRpc, RpcRequest } from '@shotloom/contracts';
import { isId } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { findRenditions, toRenditionRecord } from '../renditions/rendition-rows';
import { expiresAt, retentionJoins } from '../retention/expiry';
import type { AssetRow } from './asset-rows';

type Row = Pick<AssetRow, 'asset_id' | 'has_audio' | 'poster_key' | 'expired_at'> & {
  expires_at: Date | null;
};

/** Of the user's own assets among those asked for: the living, and those that the plan no longer kept. Two statements, however many. */
export async function mediaFacts(
  { database }: Pick<Storage, 'database'>,
  { userId, assetIds }: RpcRequest<typeof mediaFactsRpc>,
): Promise<MediaFacts[]> {
  const wanted = assetIds.filter(isId);
  if (!isId(userId) || wanted.length === 0) return [];
  const { rows } = await sql<Row>`
    select asset.asset_id, asset.has_audio, asset.poster_key, asset.expired_at, ${expiresAt} as expires_at
    from media.assets as asset ${retentionJoins}
    where asset.owner_user_id = ${userId} and asset.asset_id = any(${wanted}::uuid[])
      and (asset.deleted_at is null or asset.expired_at is not null)`.execute(database.sql);
  const living = rows.filter((row) => row.expired_at === null).map((row) => row.asset_id);
  const made = await findRenditions(database.sql, living);
  return rows.map((row) => ({
    assetId: row.asset_id,
    hasAudio: row.has_audio,
    hasPoster: row.expired_at === null && row.poster_key !== null,
    renditions: (made.get(row.asset_id) ?? []).map(toRenditionRecord),
    expiresAt: row.expires_at?.toISOString() ?? null,
    expiredAt: row.expired_at?.toISOString() ?? null,
  }));
}
