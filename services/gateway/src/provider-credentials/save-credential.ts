import { sql as raw } from 'kysely';
import { z } from 'zod';
import type { Database, UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';
import type { KeyRing } from '@shotloom/sealing';
import { openFields, sealFields, type SealBinding, type SecretFields } from './sealed-fields';

const MAX_FIELDS = 20;

/** A credential as it is given to us. What its fields are called is the provider's matter; see its README. */
export const credentialInputSchema = z.strictObject({
  provider: z.string().regex(/^[a-z0-9-]{1,60}$/, 'must be the id of a provider, for example kling'),
  name: z.string().trim().min(1).max(100),
  fields: z
    .record(z.string().min(1).max(60), z.string().min(1).max(8_000))
    .refine((fields) => Object.keys(fields).length > 0, 'needs at least one field')
    .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, `has at most ${MAX_FIELDS} fields`),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
});
export type CredentialInput = z.infer<typeof credentialInputSchema>;

export interface SavedCredential {
  readonly credentialId: string;
  readonly version: number;
}

/** Whose it is; null: the operator's. */
export type CredentialOwner = { readonly userId: string; readonly accountId: string } | null;

export interface CredentialContent {
  readonly provider: string;
  readonly name: string;
  readonly fields: SecretFields;
  readonly baseUrl: string | null;
}

export interface CredentialChange extends SavedCredential {
  readonly what: 'created' | 'rotated' | 'kept';
}

type Tx = UnitOfWork<IdentityTables>['sql'];
interface Present {
  readonly id: string;
  readonly version: number;
  readonly deleted: boolean;
}

/**
 * The operator's credential of this provider and name. The same fields change nothing; others become a new version, and what is
 * under way keeps its own. Whether it is switched on stays as it is.
 */
export async function saveOperatorCredential(
  database: Database<IdentityTables>,
  ring: KeyRing,
  { provider, name, fields, baseUrl = undefined }: CredentialInput,
): Promise<SavedCredential> {
  const content = { provider, name, fields, baseUrl: baseUrl ?? null };
  const { credentialId, version } = await database.run(({ sql }) => saveCredential(sql, ring, null, content));
  return { credentialId, version };
}

/** The same for any owner, in the caller's transaction. One that was removed comes back, switched on. */
export async function saveCredential(
  sql: Tx,
  ring: KeyRing,
  owner: CredentialOwner,
  content: CredentialContent,
): Promise<CredentialChange> {
  const { provider, name } = content;
  const id = newId();
  const { numInsertedOrUpdatedRows: inserted } = await sql
    .insertInto('identity.provider_credentials')
    .values({
      ...{ id, provider, name, concurrency: null, current_version: 1 },
      owner_user_id: owner?.userId ?? null,
      account_id: owner?.accountId ?? null,
    })
    .onConflict((conflict) => conflict.constraint('provider_credentials_name_key').doNothing())
    .executeTakeFirstOrThrow();
  if (inserted === 1n)
    return { ...(await addVersion(sql, ring, { id, version: 1 }, content)), what: 'created' };
  const present = await lock(sql, owner, content);
  if (!present.deleted && (await isSame(sql, ring, present, content))) {
    return { credentialId: present.id, version: present.version, what: 'kept' };
  }
  const saved = await addVersion(sql, ring, { id: present.id, version: present.version + 1 }, content);
  await sql
    .updateTable('identity.provider_credentials')
    .set({ current_version: saved.version, updated_at: raw<Date>`now()` })
    .$if(present.deleted, (query) => query.set({ deleted_at: null, enabled: true }))
    .where('id', '=', saved.credentialId)
    .execute();
  return { ...saved, what: present.deleted ? 'created' : 'rotated' };
}

async function lock(
  sql: Tx,
  owner: CredentialOwner,
  { provider, name }: CredentialContent,
): Promise<Present> {
  const { deleted_at: deletedAt, ...row } = await sql
    .selectFrom('identity.provider_credentials')
    .select(['id', 'current_version as version', 'deleted_at'])
    .where('provider', '=', provider)
    .where('name', '=', name)
    .where('owner_user_id', 'is not distinct from', owner?.userId ?? null)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return { ...row, deleted: deletedAt !== null };
}

async function isSame(
  sql: Tx,
  ring: KeyRing,
  present: Present,
  content: CredentialContent,
): Promise<boolean> {
  const row = await sql
    .selectFrom('identity.provider_credential_versions')
    .select(['key_id as keyId', 'nonce', 'ciphertext', 'base_url as baseUrl'])
    .where('credential_id', '=', present.id)
    .where('version', '=', present.version)
    .executeTakeFirst();
  // What can no longer be opened is replaced: that is how an operator who lost a key gets out.
  if (row?.baseUrl !== content.baseUrl || !ring.find(row.keyId)) return false;
  const { provider, baseUrl, fields } = content;
  const binding: SealBinding = { credentialId: present.id, version: present.version, provider, baseUrl };
  return sameFields(openFields(ring, binding, row), fields);
}

function sameFields(a: SecretFields, b: SecretFields): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

async function addVersion(
  sql: Tx,
  ring: KeyRing,
  { id, version }: Pick<Present, 'id' | 'version'>,
  { provider, baseUrl, fields }: CredentialContent,
): Promise<SavedCredential> {
  const { keyId, nonce, ciphertext } = sealFields(
    ring,
    { credentialId: id, version, provider, baseUrl },
    fields,
  );
  await sql
    .insertInto('identity.provider_credential_versions')
    .values({ credential_id: id, version, key_id: keyId, nonce, ciphertext, base_url: baseUrl })
    .execute();
  return { credentialId: id, version };
}
