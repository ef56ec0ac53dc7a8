import { AppError } from '@shotloom/kernel';
import type { ByteRange } from './object-store';

/** The first and last byte position to send, both included; `end` is -1 for an empty object. */
export interface ResolvedRange {
  readonly start: number;
  readonly end: number;
}

/** Cuts a range to the object's size. Throws `invalid_input` for one that names no byte of it. */
export function resolveRange(range: ByteRange | undefined, size: number): ResolvedRange {
  if (range === undefined) return { start: 0, end: size - 1 };
  checkRange(range);
  if (range.start >= size) {
    throw new AppError('invalid_input', `Byte ${range.start} is past the end of an object of ${size} bytes.`);
  }
  return { start: range.start, end: Math.min(range.end ?? size - 1, size - 1) };
}

/** Throws `invalid_input` for a range that no object could answer. */
export function checkRange({ start, end }: ByteRange): void {
  const valid = Number.isSafeInteger(start) && start >= 0 && (end === undefined || end >= start);
  if (!valid) throw new AppError('invalid_input', `The byte range ${start}-${end ?? ''} makes no sense.`);
}

/**
 * Reads a `Range` header. `undefined` where it is to be ignored (none, another unit, several ranges, malformed: RFC 9110 lets a
 * server send everything), `unsatisfiable` where 416 is due.
 */
export function parseRangeHeader(
  header: string | undefined,
  size: number,
): ResolvedRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
