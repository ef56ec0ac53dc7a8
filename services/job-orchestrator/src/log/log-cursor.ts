import { AppError } from '@shotloom/kernel';

/** The place of a line in the log of its user: when it was written, to the millisecond, and which of that moment it is. */
export interface LogPosition {
  readonly at: Date;
  readonly seq: string;
}

/** So that neither number is more than its column takes. */
const CURSOR = /^(\d{1,14})-(\d{1,18})$/;

export const encodeLogCursor = ({ at, seq }: LogPosition): string => `${at.getTime()}-${seq}`;

/** Throws `invalid_input` (field `field`). */
export function decodeLogCursor(cursor: string, field: 'cursor' | 'Last-Event-ID'): LogPosition {
  const [, ms, seq] = CURSOR.exec(cursor) ?? [];
  if (ms !== undefined && seq !== undefined) return { at: new Date(Number(ms)), seq };
  const reason = 'Is not a cursor of this log: leave it out to start from its end.';
  throw new AppError('invalid_input', 'The cursor cannot be read.', { fields: [{ field, reason }] });
}
