import { sql } from 'kysely';
import type { UnitOfWork } from './database';

/**
 * True the first time this consumer sees this message, in the transaction that does the work; false if it is known.
 * Two deliveries at once: the second waits for the first's transaction and then is told the truth.
 */
export async function once<S>(
  tx: Pick<UnitOfWork<S>, 'sql'>,
  schema: string,
  consumer: string,
  messageId: string,
): Promise<boolean> {
  const inserted = await sql`
    insert into ${sql.id(schema, 'inbox')} (consumer, message_id) values (${consumer}, ${messageId})
    on conflict do nothing`.execute(tx.sql);
  return inserted.numAffectedRows === 1n;
}
