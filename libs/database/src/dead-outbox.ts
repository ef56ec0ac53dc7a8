import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import type { Envelope } from '@shotloom/contracts';
import type { Database } from './database';

/** A message that the bus refused for good, as an operator sees it. It stays in the outbox until it is replayed. */
export interface DeadOutboxMessage {
  /** The message's id: what `replayDeadOutbox` takes. */
  readonly id: string;
  /** Its place in the outbox; for the next page, give the last one as `before`. */
  readonly seq: number;
  readonly partition: number;
  readonly subject: string;
  readonly envelope: Envelope;
  readonly reason: string;
  readonly createdAt: Date;
  readonly deadAt: Date;
}

/** The newest dead messages first, those below `before` (a `seq`) when given. */
export async function listDeadOutbox<S>(
  database: Database<S>,
  schema: string,
  { limit, before }: { readonly limit: number; readonly before?: number },
): Promise<DeadOutboxMessage[]> {
  const older = before === undefined ? sql`` : sql`and seq < ${before}`;
  const { rows } = await sql<DeadOutboxMessage>`
    select id, seq, partition, subject, envelope, dead_reason as reason, created_at as "createdAt",
      dead_at as "deadAt"
    from ${sql.id(schema, 'outbox')} where dead_at is not null ${older}
    order by seq desc limit ${limit}`.execute(database.sql);
  return rows;
}

/**
 * Gives a dead message back to its partition, under its own id, ahead of what waits there and behind what was
 * published since; the relays find it with their next sweep. Throws `not_found` when there is no such dead message.
 */
export async function replayDeadOutbox<S>(database: Database<S>, schema: string, id: string): Promise<void> {
  const revived = await sql`
    update ${sql.id(schema, 'outbox')} set dead_at = null, dead_reason = null
    where id = ${id}::uuid and dead_at is not null`.execute(database.sql);
  if (revived.numAffectedRows !== 1n)
    throw new AppError('not_found', `There is no dead message ${id} in the outbox.`);
}
