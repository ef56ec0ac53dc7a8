import { sql } from 'kysely';
import type { UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { canonicalHash } from '../generate/canonical-json';
import type { IdentityTables } from './schema/tables';

type Tx = UnitOfWork<IdentityTables>['sql'];

export interface IdempotentRequest {
  readonly userId: string;
  /** Method and pattern: keys of one route say nothing of another. */
  readonly route: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

/**
 * Claims the key for `resourceId`, in the transaction that makes it. Gives the id of what an earlier request with the same key and body made,
 * within a day, or null: it is the first. Two at once wait for each other. Throws `conflict` where the body is another.
 */
export async function claimKey(
  tx: Tx,
  { userId, route, key, body }: IdempotentRequest,
  resourceId: string,
): Promise<string | null> {
  if (key === undefined) return null;
  const requestHash = Buffer.from(canonicalHash(body), 'hex');
  await tx
    .deleteFrom('identity.idempotency_keys')
    .where('user_id', '=', userId)
    .where('route', '=', route)
    .where('key', '=', key)
    .where('created_at', '<', sql<Date>`now() - interval '24 hours'`)
    .execute();
  const row = await tx
    .insertInto('identity.idempotency_keys')
    .values({ user_id: userId, route, key, request_hash: requestHash, resource_id: resourceId })
    // Changes nothing, and so gives the row that is there.
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'route', 'key']).doUpdateSet({ key: sql<string>`idempotency_keys.key` }),
    )
    .returning(['request_hash', 'resource_id'])
    .executeTakeFirstOrThrow();
  if (row.resource_id === resourceId) return null;
  if (row.request_hash.equals(requestHash)) return row.resource_id;
  throw new AppError('conflict', 'This Idempotency-Key was used with another body: use a new one.');
}
