import { z } from 'zod';
import { AppError } from '@shotloom/kernel';

/** The last row of a page: the next page starts after it. */
export interface CursorPosition {
  /** ISO 8601, UTC, as precise as the column: page over `timestamptz(3)`, or rows within one millisecond are lost. */
  readonly createdAt: string;
  readonly id: string;
}

/** Postgres has no year 0, and no row of ours is from before this one or from a far future. */
const SANE_YEAR = /^(19[7-9]\d|2[01]\d\d)-/;

/** Both go into statements with a cast, which answers anything else with an error that looks like our fault. */
const cursorSchema = z.tuple([z.iso.datetime().regex(SANE_YEAR), z.guid()]);

/** An opaque text for the client to hand back. */
export function encodeCursor(position: { readonly createdAt: string | Date; readonly id: string }): string {
  const { createdAt, id } = position;
  const at = createdAt instanceof Date ? createdAt.toISOString() : createdAt;
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

/** Reads a cursor back. Throws `AppError('invalid_input')` naming the field `cursor` for anything else. */
export function decodeCursor(cursor: string): CursorPosition {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success) {
    const reason = 'Is not a cursor of this list: leave it out to start from the first page.';
    throw new AppError('invalid_input', 'The cursor cannot be read.', {
      fields: [{ field: 'cursor', reason }],
    });
  }
  const [createdAt, id] = parsed.data;
  return { createdAt, id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
