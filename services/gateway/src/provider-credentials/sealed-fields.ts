import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '@shotloom/kernel';
import type { KeyRing } from './key-ring';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const fieldsSchema = z.record(z.string(), z.string());

export type SecretFields = Readonly<Record<string, string>>;

/** Where sealed fields belong. They open nowhere else: not as another version, not for another provider or address. */
export interface SealBinding {
  readonly credentialId: string;
  readonly version: number;
  readonly provider: string;
  readonly baseUrl: string | null;
}

export interface Sealed {
  readonly keyId: string;
  readonly nonce: Buffer;
  /** With the tag at its end. */
  readonly ciphertext: Buffer;
}

/** Seals with the newest key. A nonce is random and used once: a key seals some thousand credentials, not 2^32. */
export function sealFields(ring: KeyRing, binding: SealBinding, fields: SecretFields): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, ring.current.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(binding));
  const parts = [cipher.update(JSON.stringify(fields), 'utf8'), cipher.final(), cipher.getAuthTag()];
  return { keyId: ring.current.id, nonce, ciphertext: Buffer.concat(parts) };
}

/** Throws `unavailable` where the key is not there, and `internal` where the row is not what was sealed. Names no secret. */
export function openFields(ring: KeyRing, binding: SealBinding, sealed: Sealed): SecretFields {
  const key = ring.find(sealed.keyId);
  if (!key) {
    const message = `The key ${sealed.keyId} that sealed this credential is not configured: add it to CREDENTIALS_KEYS_OLD.`;
    throw new AppError('unavailable', message, { retryable: true });
  }
  const { ciphertext, nonce } = sealed;
  const decipher = createDecipheriv(ALGORITHM, key.bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated(binding));
  decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
  try {
    const parts = [decipher.update(ciphertext.subarray(0, -TAG_BYTES)), decipher.final()];
    return fieldsSchema.parse(JSON.parse(Buffer.concat(parts).toString('utf8')));
  } catch {
    const which = `${binding.credentialId}, version ${binding.version}`;
    throw new AppError('internal', `The credential ${which} was changed since it was sealed; save it again.`);
  }
}

/** JSON of an array, so that no two bindings give the same bytes. */
function associated({ credentialId, version, provider, baseUrl }: SealBinding): Buffer {
  return Buffer.from(JSON.stringify(['shotloom.credential.v1', credentialId, version, provider, baseUrl]));
}
