import { sql } from 'kysely';
import { GroupQueue } from '@shotloom/kernel';
import type { RpcRequest, RpcResponse, attemptRefRpc } from '@shotloom/contracts';
import { arrayOf, type Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import type { AttemptRow } from './attempt-rows';
import { LOOKS } from './known-attempts';

type Request = RpcRequest<typeof attemptRefRpc>;
type Response = RpcResponse<typeof attemptRefRpc>;
type Row = Pick<
  AttemptRow,
  | 'attempt_id'
  | 'provider'
  | 'credential_id'
  | 'credential_version'
  | 'external_task_id'
  | 'vendor_task_id'
  | 'operation'
>;

export type AttemptRefs = Pick<GroupQueue<Request, Response>, 'add'>;

/** What the URLs of callbacks name: attempts that a vendor may still tell news of, also ones that were given up. */
export function openAttemptRefs(database: Pick<Database<JobsSchema>, 'sql'>): AttemptRefs {
  return new GroupQueue<Request, Response>(LOOKS, async (requests) => {
    const rows = await findSent(
      database,
      requests.map(({ attemptId }) => attemptId),
    );
    return requests.map(({ attemptId, provider }) => {
      const row = rows.get(attemptId.toLowerCase());
      return toRef(row?.provider === provider ? row : undefined);
    });
  });
}

async function findSent(
  { sql: db }: Pick<Database<JobsSchema>, 'sql'>,
  attemptIds: readonly string[],
): Promise<ReadonlyMap<string, Row>> {
  // Never sent (without a fence): nobody can have news of it.
  const { rows } = await sql<Row>`
    SELECT attempt_id, provider, credential_id, credential_version, external_task_id, vendor_task_id, operation
    FROM jobs.attempts
    WHERE attempt_id = ANY (${arrayOf(attemptIds, 'uuid')}) AND kind = 'poll' AND fence > 0
      AND (finished_at IS NULL OR finished_at > clock_timestamp() - interval '7 days')`.execute(db);
  return new Map(rows.map((row) => [row.attempt_id, row]));
}

function toRef(row: Row | undefined): Response {
  if (!row || row.credential_id === null || row.credential_version === null) return { attempt: null };
  return {
    attempt: {
      credential: { id: row.credential_id, version: row.credential_version },
      task: {
        attemptId: row.attempt_id,
        externalTaskId: row.external_task_id ?? row.attempt_id,
        vendorTaskId: row.vendor_task_id,
        operation: row.operation,
      },
    },
  };
}
