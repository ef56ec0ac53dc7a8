import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const SEED_BYTES = 32;
/** An Ed25519 private key of PKCS#8 is this and then the seed (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface SigningKey {
  /** From the public key's hash: the same key has the same id on every replica. */
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The Ed25519 keys of access tokens. */
export interface SigningKeys {
  /** Signs what is new. */
  readonly current: SigningKey;
  /** All whose signatures are accepted, by id. */
  readonly accepted: ReadonlyMap<string, SigningKey>;
}

/**
 * `current` is 32 random bytes in base64 (`openssl rand -base64 32`); `old` is such keys with commas between them. Throws a sentence
 * that shows no key.
 */
export function readSigningKeys(current: string, old: string | undefined): SigningKeys {
  const newest = toKey(current);
  const others = (old ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(toKey);
  return { current: newest, accepted: new Map([newest, ...others].map((key) => [key.id, key])) };
}

function toKey(encoded: string): SigningKey {
  const seed = Buffer.from(encoded, 'base64');
  // Node skips what is not base64, and a key that was cut must not pass for another.
  if (seed.length !== SEED_BYTES || seed.toString('base64') !== encoded) {
    throw new Error(`must be ${SEED_BYTES} bytes in base64`);
  }
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey);
  const id = createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64url')
    .slice(0, 16);
  return { id, privateKey, publicKey };
}
