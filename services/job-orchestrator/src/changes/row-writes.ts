import { sql, type RawBuilder } from 'kysely';
import { arrayOf } from '@shotloom/database';

/** One change of one row: as it was read under its lock, and as it shall be. */
export interface RowWrite<Row> {
  readonly id: string;
  readonly before: Row;
  readonly after: Row;
}

/** What is known of a table whose rows are written many at a time. */
export interface WrittenTable<Row> {
  readonly name: 'jobs.jobs' | 'jobs.attempts';
  readonly key: keyof Row & string;
  /** Columns that changes set, with their types. The others are set with them where a change does so, which is rare. */
  readonly usual: Readonly<Partial<Record<keyof Row, string>>>;
  readonly rare: Readonly<Partial<Record<keyof Row, string>>>;
  /** Grows with every change that is told, where the table has one: guards against a write without the lock. */
  readonly version?: keyof Row & string;
  /** Whether the database lets a row go from one to the other in one move. */
  readonly canMerge: (before: Row, after: Row) => boolean;
}

/**
 * Writes many rows by one statement, whose text and number of parameters do not depend on them. Several changes of a row are one
 * where its state machine lets it move so far at once; what is left goes into further statements, in order.
 */
export function writeRows<Row extends object>(
  table: WrittenTable<Row>,
  writes: readonly RowWrite<Row>[],
): RawBuilder<unknown>[] {
  return layersOf(table, writes).map((layer) => writeLayer(table, layer));
}

function layersOf<Row extends object>(
  table: WrittenTable<Row>,
  writes: readonly RowWrite<Row>[],
): RowWrite<Row>[][] {
  const layers: Map<string, RowWrite<Row>>[] = [];
  for (const write of writes) {
    const last = layers.findLastIndex((layer) => layer.has(write.id));
    const earlier = layers[last]?.get(write.id);
    if (earlier !== undefined && table.canMerge(earlier.before, write.after)) {
      layers[last]?.set(write.id, { ...earlier, after: write.after });
      continue;
    }
    const layer = layers[last + 1] ?? new Map<string, RowWrite<Row>>();
    layers[last + 1] = layer.set(write.id, write);
  }
  return layers.map((layer) => [...layer.values()]);
}

function writeLayer<Row extends object>(
  { name, key, usual, rare, version }: WrittenTable<Row>,
  writes: readonly RowWrite<Row>[],
): RawBuilder<unknown> {
  const wanted = Object.entries(rare).filter(([column]) =>
    writes.some(({ before, after }) => before[column as keyof Row] !== after[column as keyof Row]),
  );
  const columns = [...Object.entries(usual), ...wanted] as [string, string][];
  const rows = writes.map(({ id, before, after }) => ({
    ...Object.fromEntries(columns.map(([column]) => [column, after[column as keyof Row]])),
    write_key: id,
    ...(version === undefined ? {} : { write_version: before[version] }),
  }));
  const types = sql.raw(columns.map(([column, type]) => `${column} ${type}`).join(', '));
  const names = columns.map(([column]) => column);
  const at = version === undefined ? sql.raw('') : sql.raw(`AND target.${version} = change.write_version`);
  const lost = `A row of ${name} was changed by somebody else under its lock.`;
  return sql`
    WITH written AS (
      UPDATE ${sql.table(name)} AS target SET (${sql.raw(names.join(', '))}) = ROW (${sql.raw(
        names.map((column) => `change.${column}`).join(', '),
      )})
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS change (write_key uuid, write_version int, ${types})
      WHERE target.${sql.ref(key)} = ANY (${arrayOf(
        writes.map(({ id }) => id),
        'uuid',
      )}) AND target.${sql.ref(key)} = change.write_key ${at}
      RETURNING 1
    )
    SELECT jobs.expect(count(*) = ${writes.length}::bigint, ${lost}) FROM written`;
}
