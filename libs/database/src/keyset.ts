import { sql, type RawBuilder } from 'kysely';
import { decodeCursor } from './cursor';

/** A moment as text with all its microseconds: a cursor that forgot some would lose rows. */
export const exactly = (column: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Where the next page begins, newest first. Throws `invalid_input` for a text that is no cursor. */
export function after(
  cursor: string | undefined,
  at: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
): RawBuilder<boolean> {
  if (cursor === undefined) return sql<boolean>`true`;
  const position = decodeCursor(cursor);
  return sql<boolean>`(${at}, ${id}) < (${position.createdAt}::timestamptz, ${position.id}::uuid)`;
}
