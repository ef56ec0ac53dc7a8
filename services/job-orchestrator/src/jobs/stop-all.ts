import type { RpcRequest, RpcResponse, stopAllJobsRpc } from '@shotloom/contracts';
import { jobStateMachine } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import { cancel, type CancelOutcome } from './cancel-job';
import { lockJob } from './job-changes';

type StopRequest = RpcRequest<typeof stopAllJobsRpc>;

/** What one call cancels at the most, and jobs to a transaction: a user with a large backlog must not hold locks for long. */
const MOST = 10_000;
const BATCH = 50;

/** Cancels what the caller has not finished, newest first, so that a job that starts meanwhile is reached too. */
export async function stopAll(
  database: Database<JobsSchema>,
  request: StopRequest,
): Promise<RpcResponse<typeof stopAllJobsRpc>> {
  const ids = await findOpen(database, request);
  const count = { cancelled: 0, cancelling: 0 };
  for (let from = 0; from < Math.min(ids.length, MOST); from += BATCH) {
    const batch = ids.slice(from, from + BATCH).toSorted();
    const outcomes = await database.run(async (tx) => {
      const jobs = [];
      // All of them first: cancelling takes the payer's account, which comes after the jobs in the order of locks.
      for (const jobId of batch) jobs.push(await lockJob(tx, jobId));
      const results: CancelOutcome[] = [];
      for (const job of jobs) {
        // It may have ended meanwhile: then there is nothing to stop.
        if (job && !jobStateMachine.isTerminal(job.status)) results.push(await cancel(tx, job));
      }
      return results;
    });
    for (const outcome of outcomes) count[outcome] += 1;
  }
  return { ...count, more: ids.length > MOST };
}

async function findOpen(database: Database<JobsSchema>, request: StopRequest): Promise<string[]> {
  let select = database.sql
    .selectFrom('jobs.jobs')
    .select('job_id')
    .where('owner_user_id', '=', request.userId)
    .where('deleted_at', 'is', null)
    .where('finished_at', 'is', null)
    // Nobody has started those.
    .where('status', '<>', 'draft')
    .orderBy('created_at', 'desc')
    .limit(MOST + 1);
  if (request.provider !== undefined) select = select.where('provider', '=', request.provider);
  if (request.jobIds !== undefined) {
    if (request.jobIds.length === 0) return [];
    select = select.where('job_id', 'in', request.jobIds);
  }
  return (await select.execute()).map(({ job_id: jobId }) => jobId);
}
