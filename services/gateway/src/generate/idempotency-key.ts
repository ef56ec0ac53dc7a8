import { AppError } from '@shotloom/kernel';

/** The `Idempotency-Key` header as it is kept; undefined where there is none. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return header;
  const reason = 'An Idempotency-Key has 1 to 255 printable characters without spaces.';
  throw new AppError('invalid_input', reason, { fields: [{ field: 'Idempotency-Key', reason }] });
}
