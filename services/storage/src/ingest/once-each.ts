import { sql, type RawBuilder } from 'kysely';
import { arrayOf } from '@shotloom/database';

/**
 * Those of the messages that this consumer sees for the first time, as `once` of the database library tells of one. In the order of the
 * ids, so that two transactions wait for each other in one order.
 */
export function onceEach(
  schema: string,
  consumer: string,
  messageIds: readonly string[],
): RawBuilder<{ message_id: string }> {
  return sql<{ message_id: string }>`
    insert into ${sql.id(schema, 'inbox')} (consumer, message_id)
    select ${consumer}, message_id from unnest(${arrayOf(messageIds, 'text')}) as message_id order by message_id
    on conflict do nothing returning message_id`;
}
