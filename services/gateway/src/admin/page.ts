import { sql, type RawBuilder } from 'kysely';
import { decodeCursor, encodeCursor, type CursorPosition } from '@shotloom/database';

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
  const position: CursorPosition = decodeCursor(cursor);
  return sql<boolean>`(${at}, ${id}) < (${position.createdAt}::timestamptz, ${position.id}::uuid)`;
}

/** A page of the rows that were read, one more than it holds. */
export function toPage<R extends { readonly id: string; readonly cursor_at: string }, T>(
  rows: readonly R[],
  limit: number,
  toResource: (row: R) => T,
): { data: T[]; next_cursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last ? encodeCursor({ createdAt: last.cursor_at, id: last.id }) : null;
  return { data: page.map(toResource), next_cursor: next };
}

/** A pattern that finds a text as it is, without wildcards of its own. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
