import { createHash } from 'node:crypto';

const KEY_BYTES = 32;
const KEY_ID_LENGTH = 16;

/** The operator's keys that secrets at rest are sealed with. Make one with `openssl rand -base64 32`. */
export interface KeyRing {
  /** Seals what is new. */
  readonly current: SealingKey;
  /** Also finds keys that were in use before; undefined where the operator has taken it away. */
  find(keyId: string): SealingKey | undefined;
}

export interface SealingKey {
  /** From the key's hash: the same key has the same id everywhere, and the id tells nothing of the key. */
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * `current` is 32 bytes in base64; `old` has `keyId=base64` with commas between them. Throws a sentence that names what is wrong
 * and shows no key.
 */
export function readKeyRing(current: string, old: string | undefined): KeyRing {
  const newest = toKey(current);
  const keys = new Map([[newest.id, newest]]);
  for (const entry of (old ?? '').split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [, keyId, encoded] = /^([0-9a-f]+)=(.+)$/.exec(entry) ?? [];
    if (keyId === undefined || encoded === undefined) throw new Error('must be keyId=base64, with commas');
    const key = toKey(encoded);
    if (key.id !== keyId) throw new Error(`has under ${keyId} another key, whose id is ${key.id}`);
    keys.set(key.id, key);
  }
  return { current: newest, find: (keyId) => keys.get(keyId) };
}

function toKey(encoded: string): SealingKey {
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips what is not base64, and a key that was cut or mistyped must not pass for another.
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== encoded) {
    throw new Error(`must be ${KEY_BYTES} bytes in base64`);
  }
  return { id: keyIdOf(bytes), bytes };
}

function keyIdOf(bytes: Buffer): string {
  return createHash('sha256')
    .update('shotloom credentials key ')
    .update(bytes)
    .digest('hex')
    .slice(0, KEY_ID_LENGTH);
}
