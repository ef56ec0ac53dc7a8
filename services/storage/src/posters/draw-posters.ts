import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sql } from 'kysely';
import { DeadLetter } from '@shotloom/bus';
import { AppError } from '@shotloom/kernel';
import { extractPosters, pictureFacts, tempDir, type Poster } from '@shotloom/media-tools';
import { arrayOf } from '@shotloom/database';
import type { Storage } from '../app.tokens';
import type { AssetRow } from '../assets/asset-rows';
import { objectKeys } from '../object-store/object-keys';
import { emitRenditions } from '../renditions/rendition-message';
import { posterBatches } from './poster-batches';

export interface PosterParts extends Pick<Storage, 'database' | 'store'> {
  /** Whether more is to be made of a video once it has its poster. */
  readonly wantsRenditions: boolean;
}
/** What became of one request: an error that its message is to be judged by, or nothing to complain of. */
export type PosterOutcome = 'drawn' | 'not_needed' | Error;

/** Pixels; enough for a card on a dense screen. */
const POSTER_WIDTH = 960;
/** Seconds into the video: films often begin black. */
const POSTER_AT = 0.5;
/** Whatever else the machine has to do comes first. */
const NICENESS = 19;

/** Draws and keeps the posters of stored videos, each once. A deleted asset needs none. The outcomes are in the order of the ids. */
export async function drawPosters(
  parts: PosterParts,
  assetIds: readonly string[],
  signal?: AbortSignal,
): Promise<readonly PosterOutcome[]> {
  const found = await parts.database.sql
    .selectFrom('media.assets')
    .selectAll()
    .where(sql<boolean>`asset_id = any(${arrayOf(assetIds, 'uuid')})`)
    .execute();
  const rows = new Map(found.map((row) => [row.asset_id, row]));
  const outcomes = new Map<string, PosterOutcome>();
  for (const batch of posterBatches(found.filter(needsPoster))) {
    for (const [assetId, outcome] of await drawBatch(parts, batch, signal)) outcomes.set(assetId, outcome);
  }
  return assetIds.map((assetId) => {
    if (!rows.has(assetId)) return new DeadLetter(`There is no asset ${assetId} to draw a poster of.`);
    return outcomes.get(assetId) ?? 'not_needed';
  });
}

const needsPoster = ({ kind, deleted_at, poster_key }: AssetRow): boolean =>
  kind === 'video' && deleted_at === null && poster_key === null;

async function drawBatch(
  parts: PosterParts,
  assets: readonly AssetRow[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, PosterOutcome>> {
  await using folder = await tempDir('shotloom-poster');
  const outcomes = new Map<string, PosterOutcome>();
  const posters: (Poster & { readonly assetId: string })[] = [];
  for (const [index, asset] of assets.entries()) {
    const [input, output] = [join(folder.path, `${index}.video`), join(folder.path, `${index}.jpg`)];
    const atSeconds = Math.min(POSTER_AT, (asset.duration_seconds ?? 0) / 2);
    try {
      const { body } = await parts.store.get(asset.object_key, signal ? { signal } : {});
      await pipeline(body, createWriteStream(input));
      posters.push({ assetId: asset.asset_id, input, output, atSeconds, width: POSTER_WIDTH });
    } catch (error) {
      outcomes.set(asset.asset_id, AppError.from(error));
    }
  }
  const errors = await extractPosters(posters, { niceness: NICENESS, ...(signal ? { signal } : {}) });
  const drawn: Drawn[] = [];
  for (const [index, { assetId, output }] of posters.entries()) {
    const result = errors[index] ?? (await put(parts.store, assetId, output));
    if (!(result instanceof AppError)) drawn.push(result);
    outcomes.set(assetId, result instanceof AppError ? result : 'drawn');
  }
  await note(parts, drawn);
  return outcomes;
}

/** A poster in the object store. Bytes and pixels; named as the columns are. */
interface Drawn {
  readonly asset_id: string;
  readonly object_key: string;
  readonly size_bytes: number;
  readonly width: number;
  readonly height: number;
}

const CONTENT_TYPE = 'image/jpeg';

async function put(store: Storage['store'], assetId: string, path: string): Promise<Drawn | AppError> {
  try {
    const [{ size }, { width, height }] = await Promise.all([stat(path), pictureFacts(path)]);
    const key = objectKeys.poster(assetId);
    await store.put(key, createReadStream(path), { contentType: CONTENT_TYPE, size });
    return { asset_id: assetId, object_key: key, size_bytes: size, width, height };
  } catch (error) {
    return AppError.from(error);
  }
}

/**
 * Tells the rows, and asks for what else is wanted of these videos. What was deleted while we drew has to lose its poster again: whoever
 * deleted it did not know of this object.
 */
async function note(
  { database, store, wantsRenditions }: PosterParts,
  posters: readonly Drawn[],
): Promise<void> {
  if (posters.length === 0) return;
  const living = await database.run(async (tx) => {
    const { rows } = await sql<Pick<AssetRow, 'asset_id' | 'job_id' | 'renditions_at'>>`
      with drawn as (
        select asset_id, object_key, size_bytes, width, height
        from jsonb_populate_recordset(null::media.renditions, ${JSON.stringify(posters)}::jsonb)
      ), living as (
        update media.assets as asset set poster_key = drawn.object_key from drawn
        where asset.asset_id = drawn.asset_id and asset.deleted_at is null
        returning asset.asset_id, asset.job_id, asset.renditions_at
      ), noted as (
        insert into media.renditions (asset_id, kind, object_key, content_type, size_bytes, width, height)
        select asset_id, 'poster', object_key, ${CONTENT_TYPE}, size_bytes, width, height from drawn join living using (asset_id)
        on conflict (asset_id, kind) do nothing
      )
      select asset_id, job_id, renditions_at from living`.execute(tx.sql);
    if (wantsRenditions) for (const row of rows) if (row.renditions_at === null) emitRenditions(tx, row);
    return new Set(rows.map(({ asset_id }) => asset_id));
  });
  for (const { asset_id, object_key } of posters) if (!living.has(asset_id)) await store.remove(object_key);
}
