import { sql, type Kysely } from 'kysely';
import { arrayOf } from '@shotloom/database';
import { isId } from '@shotloom/kernel';
import { objectKeys } from '../object-store/object-keys';
import type { MediaTables } from '../schema/tables';

/**
 * Those of these keys that a row refers to. What a deleted asset has belongs to it until its bytes are gone. Each part asks by a unique
 * index, so that it costs the same however many assets there are: a poster is found by the id in its key, since nothing indexes `poster_key`.
 */
export async function knownKeys(
  db: Kysely<MediaTables>,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const asked = arrayOf(keys, 'text');
  const drawn = keys.map(objectKeys.assetOfPoster).filter(isId);
  const { rows } = await sql<{ object_key: string }>`
    select object_key from media.assets where object_key = any(${asked}) and objects_removed_at is null
    union all
    select poster_key from media.assets
    where asset_id = any(${arrayOf(drawn, 'uuid')}) and poster_key = any(${asked}) and objects_removed_at is null
    union all
    select made.object_key from media.renditions as made join media.assets as asset using (asset_id)
    where made.object_key = any(${asked}) and asset.objects_removed_at is null`.execute(db);
  return new Set(rows.map((row) => row.object_key));
}
