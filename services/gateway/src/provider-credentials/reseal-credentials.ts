import type { Database } from '@shotloom/database';
import type { IdentityTables } from '../identity/schema/tables';
import { resealAll, type KeyRing } from '@shotloom/sealing';
import { openFields, sealFields } from './sealed-fields';

const BATCH = 100;

/**
 * Seals everything with the newest key, so that old ones may be taken away. Versions stay the versions that they were. Answers
 * how many were sealed anew; may be run again, and beside itself.
 */
export function resealCredentials(database: Database<IdentityTables>, ring: KeyRing): Promise<number> {
  return resealAll(() => resealBatch(database, ring));
}

function resealBatch(database: Database<IdentityTables>, ring: KeyRing): Promise<number> {
  return database.run(async ({ sql }) => {
    const rows = await sql
      .selectFrom('identity.provider_credential_versions as sealed')
      .innerJoin('identity.provider_credentials as credential', 'credential.id', 'sealed.credential_id')
      .select(['sealed.credential_id as credentialId', 'sealed.version', 'credential.provider'])
      .select(['sealed.base_url as baseUrl', 'sealed.key_id as keyId', 'sealed.nonce', 'sealed.ciphertext'])
      .where('sealed.key_id', '<>', ring.current.id)
      .orderBy('sealed.credential_id')
      .orderBy('sealed.version')
      .limit(BATCH)
      .forUpdate('sealed')
      .execute();
    for (const { keyId, nonce, ciphertext, ...binding } of rows) {
      const fields = openFields(ring, binding, { keyId, nonce, ciphertext });
      const sealed = sealFields(ring, binding, fields);
      await sql
        .updateTable('identity.provider_credential_versions')
        .set({ key_id: sealed.keyId, nonce: sealed.nonce, ciphertext: sealed.ciphertext })
        .where('credential_id', '=', binding.credentialId)
        .where('version', '=', binding.version)
        .execute();
    }
    return rows.length;
  });
}
