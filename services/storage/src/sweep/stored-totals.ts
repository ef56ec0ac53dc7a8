import { sql } from 'kysely';
import type { Storage } from '../app.tokens';

/** Assets in one step, so that no statement is long, however many there are. */
const PAGE = 5_000;

export interface StoredTotal {
  /** Of an asset, or of what was made of one: `image`, `video`, `poster`, `preview` ... */
  readonly kind: string;
  readonly bytes: number;
  readonly files: number;
}

interface Row {
  readonly last: string | null;
  readonly kind: string | null;
  readonly bytes: number;
  readonly files: number;
}

/**
 * How much is stored, of all users together: a walk over the assets by their key. What is deleted counts until its bytes are gone. What
 * changes meanwhile may be counted as it was or as it is.
 */
export async function totalStored(
  { database }: Pick<Storage, 'database'>,
  page = PAGE,
): Promise<StoredTotal[]> {
  const totals = new Map<string, StoredTotal>();
  let after: string | null = null;
  do {
    const rows: Row[] = await readPage(database, after, page);
    for (const { kind, bytes, files } of rows) {
      if (kind === null) continue;
      const { bytes: knownBytes, files: knownFiles } = totals.get(kind) ?? { bytes: 0, files: 0 };
      totals.set(kind, { kind, bytes: knownBytes + bytes, files: knownFiles + files });
    }
    after = rows[0]?.last ?? null;
  } while (after !== null);
  return [...totals.values()];
}

async function readPage(database: Storage['database'], after: string | null, limit: number): Promise<Row[]> {
  const start = after === null ? sql`true` : sql`asset_id > ${after}::uuid`;
  const { rows } = await sql<Row>`
    with page as materialized (
      select asset_id, kind, size_bytes, objects_removed_at is null as there
      from media.assets where ${start} order by asset_id limit ${limit}
    ), stored as (
      select kind, size_bytes from page where there
      union all
      select made.kind, made.size_bytes from page join media.renditions made using (asset_id)
      where there and made.size_bytes is not null
    )
    select (select asset_id from page order by asset_id desc limit 1) as last, total.kind,
      total.bytes, total.files
    from (select) as one left join (
      select kind, sum(size_bytes)::float8 as bytes, count(*)::int as files from stored group by kind
    ) as total on true`.execute(database.sql);
  return rows;
}
