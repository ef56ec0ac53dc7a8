import { sql } from 'kysely';
import type { OpenedShare, openShareRpc, RpcRequest } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import { downloadNameOf } from '../assets/download-name';
import { opens } from './share-rows';

type Opened = NonNullable<Awaited<ReturnType<typeof findOpen>>>;

/** See `openShareRpc`. One question, whatever is wrong with the token. */
export async function openShare(
  { database, store }: Pick<Storage, 'database' | 'store'>,
  { token, expiresInSeconds: asked }: RpcRequest<typeof openShareRpc>,
): Promise<OpenedShare | null> {
  const row = await findOpen(database, token);
  if (!row) return null;
  // A link to the file must not outlive the share's own end.
  const expiresInSeconds = Math.max(1, Math.min(asked, row.seconds_left ?? asked));
  const [videoUrl, downloadUrl, posterUrl] = await Promise.all([
    store.signGet(row.object_key, { expiresInSeconds }),
    row.allow_download
      ? store.signGet(row.object_key, { expiresInSeconds, downloadName: downloadNameOf(row) })
      : null,
    row.poster_key === null ? null : store.signGet(row.poster_key, { expiresInSeconds }),
  ]);
  return { ...factsOf(row), videoUrl, downloadUrl, posterUrl };
}

function findOpen({ sql: db }: Storage['database'], token: string) {
  return (
    db
      .selectFrom('media.shares as share')
      .innerJoin('media.assets as asset', 'asset.asset_id', 'share.asset_id')
      .leftJoin('media.gallery_entries as entry', 'entry.entry_id', 'share.share_id')
      .select(['share.title', 'share.prompt', 'share.model', 'share.allow_download', 'share.created_at'])
      .select(['asset.asset_id', 'asset.object_key', 'asset.poster_key', 'asset.content_type'])
      .select(['asset.file_name', 'asset.label', 'asset.width', 'asset.height'])
      // Every video has a length.
      .select(sql<number>`asset.duration_seconds`.as('duration_seconds'))
      .select('entry.status')
      .select(
        sql<number | null>`floor(extract(epoch from share.expires_at - now()))::integer`.as('seconds_left'),
      )
      .where('share.token', '=', token)
      .where('asset.deleted_at', 'is', null)
      .where(opens)
      .executeTakeFirst()
  );
}

function factsOf(row: Opened): Omit<OpenedShare, 'videoUrl' | 'downloadUrl' | 'posterUrl'> {
  return {
    title: row.title,
    prompt: row.prompt,
    model: row.model,
    label: row.label,
    width: row.width,
    height: row.height,
    durationSeconds: row.duration_seconds,
    contentType: row.content_type,
    createdAt: row.created_at.toISOString(),
    inGallery: row.status === 'published',
  };
}
