import { sql, type RawBuilder } from 'kysely';
import { AppError, newId } from '@shotloom/kernel';
import type { Envelope, MessageContract } from '@shotloom/contracts';
import type { OutboxMessage } from './database';
import { partitionOf } from './outbox-partition';

export interface OutboxRow {
  readonly id: string;
  readonly partition: number;
  readonly subject: string;
  readonly envelope: Envelope;
  readonly headers: Readonly<Record<string, string>>;
}

/** Wraps a message in its envelope. Throws `AppError('internal')` when the payload breaks the contract. */
export function toOutboxRow<C extends MessageContract>(
  message: OutboxMessage<C>,
  producer: string,
): OutboxRow {
  const { contract, causationId, correlationId } = message;
  const parsed = contract.payload.safeParse(message.payload);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => ({
      field: issue.path.join('.'),
      reason: issue.message,
    }));
    const wrong = fields.map(({ field, reason }) => `${field || 'payload'}: ${reason}`).join('; ');
    throw new AppError('internal', `Message ${contract.type} breaks its contract: ${wrong}`, { fields });
  }
  const id = newId();
  const occurredAt = new Date().toISOString();
  const envelope = { id, type: contract.type, occurredAt, correlationId, producer, payload: parsed.data };
  return {
    id,
    partition: partitionOf(message.partitionKey),
    subject: message.subject,
    envelope: causationId === undefined ? envelope : { ...envelope, causationId },
    headers: message.headers ?? {},
  };
}

/** One insert with one parameter for all rows; `seq` follows their order. */
export function insertOutboxRows(schema: string, rows: readonly OutboxRow[]): RawBuilder<unknown> {
  return sql`
    insert into ${sql.id(schema, 'outbox')} (id, partition, subject, envelope, headers)
    select row.id, row.partition, row.subject, row.envelope, row.headers
    from rows from (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as (id uuid, partition smallint, subject text, envelope jsonb, headers jsonb))
      with ordinality as row (id, partition, subject, envelope, headers, position)
    order by row.position`;
}
