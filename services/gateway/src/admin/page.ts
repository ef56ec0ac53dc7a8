import { encodeCursor } from '@shotloom/database';

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
