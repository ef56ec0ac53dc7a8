import { randomBytes } from 'node:crypto';
import type { UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { openText, sealText, type KeyRing } from '@shotloom/sealing';
import type { EndpointSecretsTable, WebhookTables } from '../schema/tables';

type Sql = UnitOfWork<WebhookTables>['sql'];
type SecretRow = Omit<EndpointSecretsTable, 'expires_at'>;

const SECRET_BYTES = 32;
/** How long an old secret signs beside the new one. Milliseconds. */
export const OVERLAP_MS = 86_400_000;
/** Signatures in one header at most. */
const MOST_SECRETS = 5;

/** Throws `conflict` where there is nothing to seal with. */
export function requireKeys(keys: KeyRing | null): KeyRing {
  if (keys) return keys;
  throw new AppError(
    'conflict',
    'Secrets of webhooks cannot be kept here: the operator has to set CREDENTIALS_KEY.',
  );
}

/** Makes the next secret of an endpoint and gives it, this once, as Standard Webhooks spells it. The endpoint has to be locked. */
export async function addSecret(
  sql: Sql,
  keys: KeyRing,
  endpointId: string,
  version: number,
): Promise<string> {
  const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
  await sql
    .insertInto('webhooks.endpoint_secrets')
    .values({
      ...{ endpoint_id: endpointId, version, expires_at: null },
      ...sealSecret(keys, endpointId, version, secret),
    })
    .execute();
  return secret;
}

/** The new secret; those before it sign for another day, also where somebody rotates twice because an answer was lost. Throws `conflict`. */
export async function rotateSecret(sql: Sql, keys: KeyRing, endpointId: string, now: Date): Promise<string> {
  const known = await sql
    .selectFrom('webhooks.endpoint_secrets')
    .select(['version', 'expires_at'])
    .where('endpoint_id', '=', endpointId)
    .execute();
  const living = known.filter(({ expires_at }) => expires_at === null || expires_at > now);
  if (living.length >= MOST_SECRETS) {
    const message = `${MOST_SECRETS} secrets of this endpoint are valid already: wait until one has ended, a day after its rotation.`;
    throw new AppError('conflict', message);
  }
  await sql
    .updateTable('webhooks.endpoint_secrets')
    .set({ expires_at: new Date(now.getTime() + OVERLAP_MS) })
    .where('endpoint_id', '=', endpointId)
    .where('expires_at', 'is', null)
    .execute();
  return addSecret(sql, keys, endpointId, 1 + Math.max(0, ...known.map(({ version }) => version)));
}

/** What a secret is kept as, with the newest key. */
export function sealSecret(
  keys: KeyRing,
  endpointId: string,
  version: number,
  secret: string,
): Pick<SecretRow, 'key_id' | 'nonce' | 'ciphertext'> {
  const { keyId, nonce, ciphertext } = sealText(keys, binding(endpointId, version), secret);
  return { key_id: keyId, nonce, ciphertext };
}

/** Throws `unavailable` where the key that sealed it is not configured any more. */
export function openSecret(keys: KeyRing, row: SecretRow): string {
  const { endpoint_id: endpointId, version, key_id: keyId, nonce, ciphertext } = row;
  const what = `secret of webhook ${endpointId}, version ${version}`;
  return openText(keys, binding(endpointId, version), { keyId, nonce, ciphertext }, what);
}

const binding = (endpointId: string, version: number) =>
  ['shotloom.webhook.v1', endpointId, version] as const;
