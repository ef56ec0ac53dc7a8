import { sql as raw } from 'kysely';
import { z } from 'zod';
import type { Database, UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';
import type { KeyRing } from './key-ring';
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

type Tx = UnitOfWork<IdentityTables>['sql'];
interface Present {
  readonly id: string;
  readonly version: number;
}

/**
 * The operator's credential of this provider and name. The same fields change nothing; others become a new version, and what is
 * under way keeps its own. Whether it is switched on stays as it is.
 */
export function saveOperatorCredential(
  database: Database<IdentityTables>,
  ring: KeyRing,
  { provider, name, fields, baseUrl = undefined }: CredentialInput,
): Promise<SavedCredential> {
  const content = { provider, fields, baseUrl: baseUrl ?? null };
  return database.run(async ({ sql }) => {
    const id = newId();
    const { numInsertedOrUpdatedRows: inserted } = await sql
      .insertInto('identity.provider_credentials')
      .values({
        id,
        provider,
        name,
        owner_user_id: null,
        account_id: null,
        concurrency: null,
        current_version: 1,
      })
      .onConflict((conflict) => conflict.constraint('provider_credentials_name_key').doNothing())
      .executeTakeFirstOrThrow();
    if (inserted === 1n) return addVersion(sql, ring, { id, version: 1 }, content);
    const present = await lock(sql, provider, name);
    if (await isSame(sql, ring, present, content))
      return { credentialId: present.id, version: present.version };
    const next = { id: present.id, version: present.version + 1 };
    const saved = await addVersion(sql, ring, next, content);
    await sql
      .updateTable('identity.provider_credentials')
      .set({ current_version: next.version, updated_at: raw<Date>`now()` })
      .where('id', '=', next.id)
      .execute();
    return saved;
  });
}

function lock(sql: Tx, provider: string, name: string): Promise<Present> {
  return sql
    .selectFrom('identity.provider_credentials')
    .select(['id', 'current_version as version'])
    .where('provider', '=', provider)
    .where('name', '=', name)
    .where('owner_user_id', 'is', null)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

type Content = Pick<SealBinding, 'provider' | 'baseUrl'> & { readonly fields: SecretFields };

async function isSame(sql: Tx, ring: KeyRing, present: Present, content: Content): Promise<boolean> {
  const row = await sql
    .selectFrom('identity.provider_credential_versions')
    .select(['key_id as keyId', 'nonce', 'ciphertext', 'base_url as baseUrl'])
    .where('credential_id', '=', present.id)
    .where('version', '=', present.version)
    .executeTakeFirstOrThrow();
  // What can no longer be opened is replaced: that is how an operator who lost a key gets out.
  if (row.baseUrl !== content.baseUrl || !ring.find(row.keyId)) return false;
  const binding = { credentialId: present.id, version: present.version, ...content };
  return sameFields(openFields(ring, binding, row), content.fields);
}

function sameFields(a: SecretFields, b: SecretFields): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

async function addVersion(
  sql: Tx,
  ring: KeyRing,
  { id, version }: Present,
  { provider, baseUrl, fields }: Content,
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
