import { sql } from 'kysely';
import type { RpcRequest, RpcResponse, attemptRefRpc } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';

/** What a callback's URL names: an attempt that a vendor may still tell news of, also one that was given up. */
export async function findAttemptRef(
  database: Database<JobsSchema>,
  { attemptId, provider }: RpcRequest<typeof attemptRefRpc>,
): Promise<RpcResponse<typeof attemptRefRpc>> {
  const row = await database.sql
    .selectFrom('jobs.attempts')
    .select(['credential_id', 'credential_version', 'external_task_id', 'vendor_task_id', 'operation'])
    .where('attempt_id', '=', attemptId)
    .where('provider', '=', provider)
    .where('kind', '=', 'poll')
    // Never sent: nobody can have news of it.
    .where('fence', '>', 0)
    .where(sql<boolean>`(finished_at IS NULL OR finished_at > clock_timestamp() - interval '7 days')`)
    .executeTakeFirst();
  if (!row || row.credential_id === null || row.credential_version === null) return { attempt: null };
  return {
    attempt: {
      credential: { id: row.credential_id, version: row.credential_version },
      task: {
        attemptId,
        externalTaskId: row.external_task_id ?? attemptId,
        vendorTaskId: row.vendor_task_id,
        operation: row.operation,
      },
    },
  };
}
