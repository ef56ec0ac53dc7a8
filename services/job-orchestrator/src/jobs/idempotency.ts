import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import type { RpcRequest, acceptJobsRpc } from '@shotloom/contracts';
import type { JobsTx } from './job-changes';

type AcceptRequest = RpcRequest<typeof acceptJobsRpc>;

/** A key is good for a day (product, section 3). */
const KEY_LIFE = sql`interval '24 hours'`;

/**
 * Claims the caller's key for these job ids. Returns the ids of the first call where the key was used before with the
 * same body. Two calls at once: the second waits here for the first to commit, then sees its answer.
 */
export async function claimIdempotencyKey(
  tx: JobsTx,
  request: AcceptRequest,
): Promise<readonly string[] | undefined> {
  const { idempotency, userId, jobIds } = request;
  if (idempotency === null) return undefined;
  const { route, key, bodyHash } = idempotency;
  await tx.sql
    .deleteFrom('jobs.idempotency_keys')
    .where('owner_user_id', '=', userId)
    .where('route', '=', route)
    .where('key', '=', key)
    .where(sql<boolean>`created_at < now() - ${KEY_LIFE}`)
    .execute();
  const claimed = await tx.sql
    .insertInto('jobs.idempotency_keys')
    .values({ owner_user_id: userId, route, key, body_hash: bodyHash, job_ids: jobIds })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  if (claimed) return undefined;
  const first = await tx.sql
    .selectFrom('jobs.idempotency_keys')
    .select(['body_hash', 'job_ids'])
    .where('owner_user_id', '=', userId)
    .where('route', '=', route)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (first.body_hash === bodyHash) return first.job_ids;
  throw new AppError(
    'conflict',
    'This Idempotency-Key was used with another body. Use a new key for a new request.',
  );
}

/** Forgets keys past their life, a bounded number at a time. */
export async function forgetOldKeys(tx: JobsTx, limit = 1_000): Promise<void> {
  await sql`
    DELETE FROM jobs.idempotency_keys WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM jobs.idempotency_keys WHERE created_at < now() - ${KEY_LIFE} ORDER BY created_at LIMIT ${limit}))`.execute(
    tx.sql,
  );
}
