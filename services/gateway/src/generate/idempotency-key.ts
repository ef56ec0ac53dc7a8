import { AppError } from '@shotloom/kernel';
import { canonicalHash } from './canonical-json';

/** The `Idempotency-Key` header as it is kept; undefined where there is none. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return header;
  const reason = 'An Idempotency-Key has 1 to 255 printable characters without spaces.';
  throw new AppError('invalid_input', reason, { fields: [{ field: 'Idempotency-Key', reason }] });
}

/** What an order is remembered by: the key, on its route, with the body that it came with. */
export interface BoundKey {
  readonly route: string;
  readonly key: string;
  readonly bodyHash: string;
}

/** Binds a key to its route and the body as it was sent; null where there is no key. */
export function bindKey(key: string | undefined, route: string, bodyAsSent: unknown): BoundKey | null {
  return key === undefined ? null : { route, key, bodyHash: canonicalHash(bodyAsSent) };
}
