import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import type { Catalogue, createDraftsRpc, RpcRequest, RpcResponse } from '@shotloom/contracts';
import { assertSameBody, claimKeys } from '../jobs/accept-keys';
import { insertJobs, toNewJobs, type NewJob } from '../jobs/accept-rows';
import { emitChanged, type JobsTx } from '../jobs/job-changes';
import { logJob } from '../log/log-entry';

type CreateDrafts = RpcRequest<typeof createDraftsRpc>;

/** Drafts that a user may have: they cost nothing, so something else must bound them. */
export const MOST_DRAFTS = 2_000;

/** Makes drafts in the caller's transaction: jobs as an accept makes them, without a hold and without a lane. */
export async function createDrafts(
  tx: JobsTx,
  catalogue: Catalogue,
  request: CreateDrafts,
): Promise<RpcResponse<typeof createDraftsRpc>> {
  const jobIds = request.drafts.flatMap((draft) => draft.jobIds);
  const keyed = { ...request, jobIds };
  const [known] = (await claimKeys(tx, [keyed])).values();
  if (known) {
    assertSameBody(keyed, known.bodyHash);
    return { jobIds: [...known.jobIds], replayed: true };
  }
  const at = await refuseTooMany(tx, request.userId, jobIds.length);
  const { userId, accountId, weight } = request;
  const made = request.drafts.flatMap((draft) =>
    toNewJobs(
      { ...draft, userId, accountId, weight, retryOf: null, fallback: [] },
      catalogue.get(draft.request.model),
    ).map(asDraft),
  );
  for (const job of insertJobs(tx, made, at)) {
    logJob(tx, job.job_id, { level: 'INFO', text: `A draft for ${job.model}; it waits to be run.` });
    emitChanged(tx, job);
  }
  return { jobIds, replayed: false };
}

function asDraft(job: NewJob): NewJob {
  return { ...job, status: 'draft', held: false, credits_held: 0 };
}

/** The time on the database's clock. Two calls at once may pass the bound by one call, which harms nobody. */
async function refuseTooMany(tx: JobsTx, userId: string, more: number): Promise<Date> {
  const { rows } = await sql<{ drafts: number; at: Date }>`
    SELECT clock_timestamp() AS at, count(*)::int AS drafts FROM (
      SELECT FROM jobs.jobs WHERE owner_user_id = ${userId} AND status = 'draft' LIMIT ${MOST_DRAFTS}) AS mine`.execute(
    tx.sql,
  );
  const [{ drafts, at } = { drafts: 0, at: new Date() }] = rows;
  if (drafts + more <= MOST_DRAFTS) return at;
  const message = `You have ${drafts} drafts, and there may be ${MOST_DRAFTS}. Run some or delete some first.`;
  throw new AppError('conflict', message, { details: { drafts, most: MOST_DRAFTS } });
}
