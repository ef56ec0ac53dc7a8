import { sql } from 'kysely';
import type { MediaTx } from '../assets/asset-rows';

/**
 * Those of the messages that this consumer sees for the first time, as `once` of the database library tells of one. In the order of the
 * ids, so that two transactions wait for each other in one order.
 */
export async function onceEach(
  tx: MediaTx,
  schema: string,
  consumer: string,
  messageIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const inserted = await sql<{ message_id: string }>`
    insert into ${sql.id(schema, 'inbox')} (consumer, message_id)
    select ${consumer}, message_id from unnest(${messageIds}::text[]) as message_id order by message_id
    on conflict do nothing returning message_id`.execute(tx.sql);
  return new Set(inserted.rows.map(({ message_id }) => message_id));
}
