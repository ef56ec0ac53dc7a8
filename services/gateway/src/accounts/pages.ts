import { AppError, isId } from '@shotloom/kernel';

const FIRST = '00000000-0000-0000-0000-000000000000';

/** The id after which a page starts. Ids are made in the order of time. Throws `invalid_input`. */
export function readIdCursor(cursor: string | undefined): string {
  if (cursor === undefined) return FIRST;
  if (isId(cursor)) return cursor;
  const reason = 'Is not a cursor of this list: leave it out to start from the first page.';
  throw new AppError('invalid_input', 'The cursor cannot be read.', {
    fields: [{ field: 'cursor', reason }],
  });
}

/** Of one row more than a page has, the page and where the next begins. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  cursorOf: (row: T) => string,
): { data: T[]; next_cursor: string | null } {
  const data = rows.slice(0, limit);
  const last = rows.length > limit ? data.at(-1) : undefined;
  return { data, next_cursor: last === undefined ? null : cursorOf(last) };
}
