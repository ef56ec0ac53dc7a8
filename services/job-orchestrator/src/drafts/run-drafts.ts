import { sql, type Selectable } from 'kysely';
import { AppError, credits } from '@shotloom/kernel';
import { manyHolds } from '@shotloom/ledger';
import type { RpcRequest, RpcResponse, runDraftsRpc } from '@shotloom/contracts';
import { wakeSets } from '../changes/lane-writes';
import { countGenerations } from '../jobs/accept-generations';
import { notHeld } from '../jobs/accept-holds';
import { assertSameBody, claimKeys } from '../jobs/accept-keys';
import { changeJob, noteLocked, type JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import { SET_ASIDE } from '../scheduler/job-sets';
import type { JobsTable } from '../schema/tables';

type RunDrafts = RpcRequest<typeof runDraftsRpc>;
export type DraftsRun = RpcResponse<typeof runDraftsRpc> & { readonly provider: string };

/**
 * Runs drafts as a set in the caller's transaction, all of them or none: each is queued with its hold, at the price that is given. All
 * are set aside, and the next pass lets as many go on as the set allows. Throws what refuses it, which undoes everything.
 */
export async function runDrafts(tx: JobsTx, request: RunDrafts): Promise<DraftsRun> {
  const jobIds = request.items.map(({ jobId }) => jobId);
  const keyed = { ...request, jobIds };
  const [known] = (await claimKeys(tx, [keyed])).values();
  if (known) {
    assertSameBody(keyed, known.bodyHash);
    return { jobIds: [...known.jobIds], replayed: true, provider: '' };
  }
  const drafts = await lockDrafts(tx, request.userId, jobIds);
  const provider = providerOf(drafts);
  for (const error of (await countGenerations(tx, [keyed])).values()) throw error;
  await holdTogether(tx, request);
  await makeSet(tx, request, provider);
  const byId = new Map(drafts.map((job) => [job.job_id, job]));
  for (const { jobId, price } of request.items) {
    const job = byId.get(jobId);
    if (!job) throw new AppError('internal', `Draft ${jobId} was locked and is not there.`);
    logJob(tx, jobId, { level: 'INFO', text: `Run for ${job.model}; ${price.credits} credits are held.` });
    await changeJob(tx, job, {
      status: 'queued',
      // Whoever pays now: its user may have another account than when it was made.
      account_id: request.accountId,
      price_credits: price.credits,
      price_version: price.version,
      own_key: price.ownKey === true,
      credits_held: price.credits,
      held: true,
      not_before: SET_ASIDE,
      set_id: request.setId,
    });
  }
  return { jobIds, replayed: false, provider };
}

/** In the order of their ids, as everywhere. */
async function lockDrafts(tx: JobsTx, userId: string, jobIds: readonly string[]): Promise<JobRow[]> {
  const { rows } = await sql<Selectable<JobsTable> & { locked_at: Date }>`
    SELECT *, clock_timestamp() AS locked_at FROM jobs.jobs
    WHERE job_id = ANY (${jobIds}::uuid[]) AND owner_user_id = ${userId} AND deleted_at IS NULL
    ORDER BY job_id FOR UPDATE`.execute(tx.sql);
  const found = new Map(rows.map((row) => [row.job_id, row]));
  const missing = jobIds.find((id) => !found.has(id));
  if (missing !== undefined) throw new AppError('not_found', `There is no task ${missing}.`);
  return rows.map((row) => {
    if (row.status !== 'draft') throw notADraft(row);
    return noteLocked(tx, row);
  });
}

function notADraft({ job_id: jobId, status }: JobRow): AppError {
  const message = `Task ${jobId} was run already: it is ${status}. Leave it out; a task that has ended can be retried.`;
  return new AppError('conflict', message, { details: { job_id: jobId, job_status: status } });
}

function providerOf(drafts: readonly JobRow[]): string {
  const providers = [...new Set(drafts.map((job) => job.provider))];
  const [provider] = providers;
  if (provider !== undefined && providers.length === 1) return provider;
  throw new AppError('conflict', `Run the tasks of each provider on their own: ${providers.join(', ')}.`);
}

/** One statement for all; with one that cannot be paid none is. */
async function holdTogether(tx: JobsTx, { accountId, items, budgets }: RunDrafts): Promise<void> {
  const { statement, read } = manyHolds(
    items.map(({ jobId, price }) => ({
      holdId: jobId,
      accountId,
      amount: credits(price.credits),
      reference: jobId,
      priceVersion: price.version,
      budgets,
    })),
  );
  const [answer] = await tx.together([statement]);
  const results = read(answer);
  const index = results.findIndex(({ status }) => status !== 'held');
  const bad = results[index];
  if (bad === undefined) return;
  const cost = (some: RunDrafts['items']): number => some.reduce((sum, { price }) => sum + price.credits, 0);
  const jobId = items[index]?.jobId ?? '';
  throw notHeld(bad, { needed: cost(items), before: cost(items.slice(0, index)), jobId });
}

async function makeSet(tx: JobsTx, request: RunDrafts, provider: string): Promise<void> {
  await tx.sql
    .insertInto('jobs.job_sets')
    .values({
      set_id: request.setId,
      owner_user_id: request.userId,
      provider,
      max_concurrent: request.maxConcurrent,
    })
    .execute();
  tx.atCommit(wakeSets([request.setId]));
}
