import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, for links and refresh tokens. A fast hash is enough to keep them by: they cannot be guessed. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
