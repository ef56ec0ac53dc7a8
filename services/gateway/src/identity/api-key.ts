import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `sl_<16 hex>_<43 base64url>`: only characters that a header and a WebSocket subprotocol allow. */
const KEY_PATTERN = /^(sl_[0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
const NO_HASH = Buffer.alloc(32);

export interface ParsedApiKey {
  readonly prefix: string;
  readonly secret: string;
}

/** A new key. `key` is shown once and kept nowhere; the other two are what is stored. */
export function createApiKey(): { key: string; prefix: string; secretHash: Buffer } {
  const prefix = `sl_${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(32).toString('base64url');
  return { key: `${prefix}_${secret}`, prefix, secretHash: hashSecret(secret) };
}

/** Null for text that cannot be a key, so that noise never reaches the database. */
export function parseApiKey(text: string): ParsedApiKey | null {
  const [, prefix, secret] = KEY_PATTERN.exec(text) ?? [];
  return prefix !== undefined && secret !== undefined ? { prefix, secret } : null;
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The same work whether the key exists or not: without a stored hash it compares with nothing and says no. */
export function secretMatches(secret: string, stored: Buffer | undefined): boolean {
  const equal = timingSafeEqual(hashSecret(secret), stored ?? NO_HASH);
  return equal && stored !== undefined;
}
