import { sql } from 'kysely';
import type { GalleryEntryRecord, listGalleryRpc, RpcRequest, RpcResponse } from '@shotloom/contracts';
import { decodeCursor, encodeCursor } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { decodeLikes, encodeLikes } from './gallery-cursor';
import { visibleEntries } from './visible';

type Asked = RpcRequest<typeof listGalleryRpc>;
type Row = Awaited<ReturnType<ReturnType<typeof entriesFor>['execute']>>[number];

/** See `listGalleryRpc`. */
export async function listGallery(
  { database }: Pick<Storage, 'database'>,
  asked: Asked,
): Promise<RpcResponse<typeof listGalleryRpc>> {
  const { sort, limit, model } = asked;
  let query = entriesFor(database, asked.viewerUserId).where(startOf(asked));
  if (model !== undefined) query = query.where('entry.model', '=', model);
  const rows = await query
    .orderBy(sort === 'top' ? 'entry.likes' : 'entry.published_at', 'desc')
    .orderBy('entry.entry_id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { entries: page.map(toEntryRecord), nextCursor: last ? cursorOf(last, sort) : null };
}

function entriesFor({ sql: db }: Storage['database'], viewerUserId: string | null) {
  return visibleEntries(db)
    .innerJoin('media.assets as asset', 'asset.asset_id', 'share.asset_id')
    .select(['entry.entry_id', 'entry.model', 'entry.likes', 'entry.comments', 'entry.published_at'])
    .select(['share.token', 'share.owner_user_id', 'share.title', 'share.prompt'])
    .select(['asset.label', 'asset.width', 'asset.height'])
    .select([
      // Every video has a length.
      sql<number>`asset.duration_seconds`.as('duration_seconds'),
      sql<boolean>`asset.poster_key is not null`.as('has_poster'),
      sql<boolean>`exists (select from media.gallery_likes as liked
        where liked.entry_id = entry.entry_id and liked.user_id = ${viewerUserId}::uuid)`.as('liked'),
    ])
    .where('asset.deleted_at', 'is', null);
}

function startOf({ sort, cursor }: Asked) {
  if (cursor === undefined) return sql<boolean>`true`;
  if (sort === 'top') {
    const { likes, id } = decodeLikes(cursor);
    return sql<boolean>`(entry.likes, entry.entry_id) < (${likes}::integer, ${id}::uuid)`;
  }
  const { createdAt, id } = decodeCursor(cursor);
  return sql<boolean>`(entry.published_at, entry.entry_id) < (${createdAt}::timestamptz, ${id}::uuid)`;
}

function cursorOf(row: Row, sort: Asked['sort']): string {
  const { entry_id: id, likes } = row;
  return sort === 'top' ? encodeLikes({ likes, id }) : encodeCursor({ createdAt: publishedAt(row), id });
}

/** A check of the table keeps it from being null where it is published. */
function publishedAt({ published_at: at, entry_id: id }: Row): Date {
  if (at === null) throw new AppError('internal', `The entry ${id} was published at no time.`);
  return at;
}

function toEntryRecord(row: Row): GalleryEntryRecord {
  if (row.token === null) throw new AppError('internal', `The entry ${row.entry_id} has no link.`);
  return {
    entryId: row.entry_id,
    token: row.token,
    ownerUserId: row.owner_user_id,
    title: row.title,
    prompt: row.prompt,
    model: row.model,
    label: row.label,
    width: row.width,
    height: row.height,
    durationSeconds: row.duration_seconds,
    hasPoster: row.has_poster,
    likes: row.likes,
    comments: row.comments,
    likedByViewer: row.liked,
    publishedAt: publishedAt(row).toISOString(),
  };
}
