import { sql } from 'kysely';
import type { bringBatchRowsRpc, openBatchRpc, RpcRequest, RpcResponse } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { assertSameBody, claimKeys, giveBackKeys } from '../jobs/accept-keys';
import type { JobsTx } from '../jobs/job-changes';
import type { JobsSchema } from '../schema/tables';

/** Whoever brings rows needs seconds. */
const UNFINISHED = sql`interval '1 hour'`;

type Open = RpcRequest<typeof openBatchRpc>;

/** See `openBatchRpc`. */
export async function openBatch(tx: JobsTx, request: Open): Promise<RpcResponse<typeof openBatchRpc>> {
  const { batchId, userId, accountId, name } = request;
  const keyed = { ...request, jobIds: [batchId] };
  const [known] = (await claimKeys(tx, [keyed])).values();
  const [knownId] = known?.jobIds ?? [];
  if (known) {
    assertSameBody(keyed, known.bodyHash);
    const batch = knownId === undefined ? undefined : await findBatch(tx, knownId, userId);
    if (batch) return { batchId: batch.batch_id, accepted: batch.accepted_at !== null, replayed: true };
    // It was never accepted, and forgotten since.
    await giveBackKeys(tx, [{ ...keyed, jobIds: [...known.jobIds] }]);
    await claimKeys(tx, [keyed]);
  }
  await tx.sql
    .insertInto('jobs.batches')
    .values({ batch_id: batchId, owner_user_id: userId, account_id: accountId, name })
    .execute();
  return { batchId, accepted: false, replayed: false };
}

/** See `bringBatchRowsRpc`. */
export async function bringBatchRows(
  tx: JobsTx,
  { batchId, userId, rows }: RpcRequest<typeof bringBatchRowsRpc>,
): Promise<void> {
  const batch = await findBatch(tx, batchId, userId);
  if (!batch) throw noBatch(batchId);
  if (batch.accepted_at !== null)
    throw new AppError('conflict', `The batch ${batchId} was accepted already.`);
  await tx.sql
    .insertInto('jobs.batch_rows')
    .values(
      rows.map(({ row, key, order }) => ({
        batch_id: batchId,
        row_no: row,
        key,
        job_ids: order.jobIds,
        ordered: JSON.stringify(order),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Its owner's, locked. */
export function findBatch(tx: JobsTx, batchId: string, userId: string) {
  return tx.sql
    .selectFrom('jobs.batches')
    .selectAll()
    .where('batch_id', '=', batchId)
    .where('owner_user_id', '=', userId)
    .forUpdate()
    .executeTakeFirst();
}

/** What was refused leaves nothing, and its key may be used again; unless another caller has accepted the batch since. */
export async function forgetBatch(
  tx: JobsTx,
  { batchId, userId, idempotency }: Pick<Open, 'batchId' | 'userId' | 'idempotency'>,
): Promise<void> {
  const batch = await findBatch(tx, batchId, userId);
  if (batch?.accepted_at !== null) return;
  await giveBackKeys(tx, [{ userId, idempotency, jobIds: [batchId] }]);
  await tx.sql.deleteFrom('jobs.batches').where('batch_id', '=', batchId).execute();
}

/** Batches whose caller died before all rows were there. One that is accepted meanwhile is looked at again under its lock. */
export async function forgetUnfinishedBatches(database: Pick<Database<JobsSchema>, 'sql'>): Promise<void> {
  await sql`
    DELETE FROM jobs.batches WHERE accepted_at IS NULL AND batch_id = ANY (ARRAY(
      SELECT batch_id FROM jobs.batches WHERE accepted_at IS NULL AND created_at < now() - ${UNFINISHED}
      ORDER BY created_at LIMIT 100))`.execute(database.sql);
}

/** Also for another's. */
export const noBatch = (batchId: string): AppError =>
  new AppError('not_found', `There is no batch ${batchId.slice(0, 64)}.`);
