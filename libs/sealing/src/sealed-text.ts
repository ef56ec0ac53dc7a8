import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '@shotloom/kernel';
import type { KeyRing } from './key-ring';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Where a sealed text belongs: its kind first, then what tells this one from others. It opens nowhere else. */
export type SealBinding = readonly [kind: string, ...of: readonly (string | number | null)[]];

export interface Sealed {
  readonly keyId: string;
  readonly nonce: Buffer;
  /** With the tag at its end. */
  readonly ciphertext: Buffer;
}

/** Seals with the newest key. A nonce is random and used once: a key seals some thousand secrets, not 2^32. */
export function sealText(ring: KeyRing, binding: SealBinding, text: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, ring.current.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(binding));
  const parts = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return { keyId: ring.current.id, nonce, ciphertext: Buffer.concat(parts) };
}

/**
 * Throws `unavailable` where the key is not there, and `internal` where the row is not what was sealed. `what` names it in both; no secret
 * is named.
 */
export function openText(ring: KeyRing, binding: SealBinding, sealed: Sealed, what: string): string {
  const key = ring.find(sealed.keyId);
  if (!key) {
    const message = `The key ${sealed.keyId} that sealed the ${what} is not configured: add it to CREDENTIALS_KEYS_OLD.`;
    throw new AppError('unavailable', message, { retryable: true });
  }
  const { ciphertext, nonce } = sealed;
  const decipher = createDecipheriv(ALGORITHM, key.bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated(binding));
  decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
  try {
    const parts = [decipher.update(ciphertext.subarray(0, -TAG_BYTES)), decipher.final()];
    return Buffer.concat(parts).toString('utf8');
  } catch {
    throw new AppError('internal', `The ${what} was changed since it was sealed; save it again.`);
  }
}

/** JSON of an array, so that no two bindings give the same bytes. */
const associated = (binding: SealBinding): Buffer => Buffer.from(JSON.stringify(binding));
