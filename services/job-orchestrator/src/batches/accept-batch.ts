import { sql } from 'kysely';
import type { acceptBatchRpc, BatchOrder, Catalogue, RpcRequest } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { countGenerations } from '../jobs/accept-generations';
import { PartlyHeld } from '../jobs/accept-holds';
import { acceptJobs } from '../jobs/accept-jobs';
import { holdAmount, type AcceptOutcome, type AcceptRequest } from '../jobs/accept-request';
import type { JobsTx } from '../jobs/job-changes';
import type { JobsSchema } from '../schema/tables';
import { findBatch, noBatch } from './collect-batch';

type Request = RpcRequest<typeof acceptBatchRpc>;

/**
 * See `acceptBatchRpc`; in the caller's transaction. Throws what refuses it, which undoes everything. Returns what was accepted; nothing
 * where it was accepted before.
 */
export async function acceptBatch(
  tx: JobsTx,
  catalogue: Catalogue,
  request: Request,
): Promise<readonly AcceptRequest[]> {
  const batch = await findBatch(tx, request.batchId, request.userId);
  if (!batch) throw noBatch(request.batchId);
  if (batch.accepted_at !== null) return [];
  const orders = await readOrders(tx, request);
  const jobIds = orders.flatMap((order) => order.jobIds);
  for (const error of (await countGenerations(tx, [{ ...request, jobIds }])).values()) throw error;
  const { userId, accountId, weight, budgets, limits } = request;
  const requests = orders.map((order) => ({
    ...{ ...order, userId, accountId, weight, budgets, idempotency: null, retryOf: null },
    // They were counted together.
    limits: { ...limits, generationsPerHour: null },
  }));
  refuseUnlessAll(requests, await acceptAll(tx, catalogue, requests));
  await tx.sql
    .updateTable('jobs.batches')
    .set({ accepted_at: sql<Date>`clock_timestamp()` })
    .where('batch_id', '=', request.batchId)
    .execute();
  await tx.sql
    .updateTable('jobs.batch_rows')
    .set({ ordered: null })
    .where('batch_id', '=', request.batchId)
    .execute();
  return requests;
}

/** What the batch asks for, so that the catalogue can be made to know it before the transaction. */
export async function modelsOf(
  { sql: db }: Pick<Database<JobsSchema>, 'sql'>,
  { batchId }: Pick<Request, 'batchId'>,
): Promise<string[]> {
  const { rows } = await sql<{ model: string }>`
    SELECT DISTINCT ordered->'request'->>'model' AS model FROM jobs.batch_rows
    WHERE batch_id = ${batchId} AND ordered IS NOT NULL`.execute(db);
  return rows.map(({ model }) => model);
}

async function readOrders(tx: JobsTx, { batchId, rows: wanted }: Request): Promise<BatchOrder[]> {
  const rows = await tx.sql
    .selectFrom('jobs.batch_rows')
    .select('ordered')
    .where('batch_id', '=', batchId)
    .orderBy('row_no')
    .execute();
  const orders = rows.flatMap(({ ordered }) => ordered ?? []);
  if (orders.length === wanted) return orders;
  const message = `${orders.length} of ${wanted} rows of the batch have arrived. Send it again.`;
  throw new AppError('unavailable', message, { retryable: true });
}

async function acceptAll(
  tx: JobsTx,
  catalogue: Catalogue,
  requests: readonly AcceptRequest[],
): Promise<readonly AcceptOutcome[]> {
  try {
    return await acceptJobs(tx, catalogue, requests);
  } catch (error) {
    if (error instanceof PartlyHeld) throw tooDear(requests);
    throw error;
  }
}

function refuseUnlessAll(requests: readonly AcceptRequest[], outcomes: readonly AcceptOutcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.kind === 'answer') continue;
    if (outcome.kind === 'again')
      throw new AppError('internal', 'A row of a batch was neither accepted nor refused.');
    throw outcome.error.code === 'insufficient_credits' ? tooDear(requests) : outcome.error;
  }
}

/** What one row lacks says nothing of what all of them cost. */
function tooDear(requests: readonly AcceptRequest[]): AppError {
  const needed = requests.reduce((sum, one) => sum + holdAmount(one) * one.jobIds.length, 0);
  const message = `The batch costs ${needed} credits, and there are not enough or your monthly limit is lower. Add credits or ask for less.`;
  return new AppError('insufficient_credits', message, { details: { needed_credits: needed } });
}
