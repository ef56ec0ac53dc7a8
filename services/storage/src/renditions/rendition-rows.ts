import { sql, type Kysely, type Selectable } from 'kysely';
import type { RenditionKind, RenditionRecord } from '@shotloom/contracts';
import type { MediaTx } from '../assets/asset-rows';
import type { MediaTables, RenditionsTable } from '../schema/tables';

export type RenditionRow = Selectable<RenditionsTable>;

/** One that lies in the object store. */
export interface MadeRendition extends RenditionRecord {
  readonly objectKey: string;
}

/** What has come of one kind: it lies in the object store, or it cannot or need not be made. */
export type RenditionResult =
  | { readonly kind: RenditionKind; readonly made: MadeRendition }
  | { readonly kind: RenditionKind; readonly problem: string };

/** What has been made of these assets, by asset. */
export async function findRenditions(
  db: Kysely<MediaTables>,
  assetIds: readonly string[],
): Promise<ReadonlyMap<string, readonly MadeRendition[]>> {
  if (assetIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('media.renditions')
    .selectAll()
    .where(sql<boolean>`asset_id = any(${assetIds}::uuid[])`)
    .where('object_key', 'is not', null)
    .execute();
  const byAsset = new Map<string, MadeRendition[]>();
  for (const row of rows) byAsset.set(row.asset_id, [...(byAsset.get(row.asset_id) ?? []), toMade(row)]);
  return byAsset;
}

/** The table checks that what lies somewhere is described too. */
const toMade = (row: RenditionRow): MadeRendition => ({
  kind: row.kind,
  objectKey: row.object_key ?? '',
  contentType: row.content_type ?? '',
  sizeBytes: row.size_bytes ?? 0,
  width: row.width ?? 0,
  height: row.height ?? 0,
  grid: row.grid,
});

/** The record without where it lies: that is nobody else's to know. */
export function toRenditionRecord({ objectKey: _, ...record }: MadeRendition): RenditionRecord {
  return record;
}

/** The kinds of one asset that are settled, one way or the other. */
export async function settledKinds(
  db: Kysely<MediaTables>,
  assetId: string,
): Promise<ReadonlySet<RenditionKind>> {
  const rows = await db
    .selectFrom('media.renditions')
    .select('kind')
    .where('asset_id', '=', assetId)
    .execute();
  return new Set(rows.map(({ kind }) => kind));
}

/**
 * Notes results of one living asset, the first of each kind. False where the asset was deleted in the meantime: the row is locked, so
 * whoever deletes it comes before this or finds the rows.
 */
export async function noteRenditions(
  tx: MediaTx,
  assetId: string,
  results: readonly RenditionResult[],
): Promise<boolean> {
  const living = await tx.sql
    .selectFrom('media.assets')
    .select('asset_id')
    .where('asset_id', '=', assetId)
    .where('deleted_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  if (!living) return false;
  if (results.length === 0) return true;
  await tx.sql
    .insertInto('media.renditions')
    .values(results.map((result) => toRow(assetId, result)))
    .onConflict((conflict) => conflict.columns(['asset_id', 'kind']).doNothing())
    .execute();
  return true;
}

function toRow(assetId: string, result: RenditionResult) {
  const base = { asset_id: assetId, kind: result.kind };
  if ('problem' in result) return { ...base, problem: result.problem };
  const { objectKey, contentType, sizeBytes, width, height, grid } = result.made;
  return {
    ...base,
    object_key: objectKey,
    content_type: contentType,
    size_bytes: sizeBytes,
    width,
    height,
    grid: grid && JSON.stringify(grid),
  };
}
