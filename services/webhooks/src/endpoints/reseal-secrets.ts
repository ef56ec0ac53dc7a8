import type { Database } from '@shotloom/database';
import { resealAll, type KeyRing } from '@shotloom/sealing';
import type { WebhookTables } from '../schema/tables';
import { openSecret, sealSecret } from './secrets';

const BATCH = 100;

/**
 * Seals every secret with the newest key, so that old ones may be taken away. The secrets stay what they are. Answers how many were sealed
 * anew; may be run again, and beside itself.
 */
export function resealSecrets(database: Database<WebhookTables>, keys: KeyRing): Promise<number> {
  return resealAll(() => resealBatch(database, keys));
}

function resealBatch(database: Database<WebhookTables>, keys: KeyRing): Promise<number> {
  return database.run(async ({ sql }) => {
    const rows = await sql
      .selectFrom('webhooks.endpoint_secrets')
      .selectAll()
      .where('key_id', '<>', keys.current.id)
      .orderBy('endpoint_id')
      .orderBy('version')
      .limit(BATCH)
      .forUpdate()
      .execute();
    for (const row of rows) {
      const { endpoint_id: endpointId, version } = row;
      await sql
        .updateTable('webhooks.endpoint_secrets')
        .set(sealSecret(keys, endpointId, version, openSecret(keys, row)))
        .where('endpoint_id', '=', endpointId)
        .where('version', '=', version)
        .execute();
    }
    return rows.length;
  });
}
