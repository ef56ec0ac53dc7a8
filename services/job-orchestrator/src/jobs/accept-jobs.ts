import type { Insertable } from 'kysely';
import { AppError, credits } from '@shotloom/kernel';
import { holdMany } from '@shotloom/ledger';
import type { Catalogue } from '@shotloom/contracts';
import { type JobRecord, type ModelSpec, type RpcRequest, type acceptJobsRpc } from '@shotloom/contracts';
import { openLane } from '../scheduler/lanes';
import type { JobsTable } from '../schema/tables';
import { claimIdempotencyKey } from './idempotency';
import { emitChanged, type JobsTx } from './job-changes';
import { logJob } from '../log/log-entry';
import { findJobs } from './job-queries';
import { toJobRecord } from './job-row';

type AcceptRequest = RpcRequest<typeof acceptJobsRpc>;

/** Idempotency key, hold, jobs and events in the caller's transaction: all of it or nothing. */
export async function acceptJobs(
  tx: JobsTx,
  catalogue: Catalogue,
  request: AcceptRequest,
): Promise<{ jobs: JobRecord[]; replayed: boolean }> {
  const earlier = await claimIdempotencyKey(tx, request);
  if (earlier) return { jobs: await replay(tx, request, earlier), replayed: true };
  await openLane(tx, {
    provider: request.request.provider,
    ownerUserId: request.userId,
    weight: request.weight,
  });
  await holdAll(tx, request);
  const model = catalogue.get(request.request.model);
  const values = request.jobIds.map((jobId, index) => toRow(request, jobId, index + 1, model));
  const rows = await tx.sql.insertInto('jobs.jobs').values(values).returningAll().execute();
  for (const row of rows) {
    emitChanged(tx, row);
    await logJob(tx, row.job_id, {
      level: 'INFO',
      text: `Accepted for ${row.model}; ${row.credits_held} credits are held.`,
    });
  }
  return { jobs: rows.map((row) => toJobRecord({ ...row, attempt_progress: null })), replayed: false };
}

async function replay(tx: JobsTx, request: AcceptRequest, jobIds: readonly string[]): Promise<JobRecord[]> {
  const jobs = await findJobs(tx.sql, request.userId, jobIds);
  if (jobs.length > 0) return jobs;
  throw new AppError(
    'conflict',
    'The job of this Idempotency-Key was deleted. Use a new key to make another.',
  );
}

/** One hold for each variant, in one statement; where one cannot be paid, none is made. */
async function holdAll(tx: JobsTx, request: AcceptRequest): Promise<void> {
  const { accountId, jobIds, price } = request;
  const amount = credits(price.credits);
  const results = await holdMany(
    tx.sql,
    jobIds.map((jobId) => ({
      holdId: jobId,
      accountId,
      amount,
      reference: jobId,
      priceVersion: price.version,
    })),
  );
  for (const [index, result] of results.entries()) {
    if (result.status === 'insufficient') throw insufficient(request, result.available + index * amount);
    if (result.status === 'already')
      throw new AppError('conflict', `Job ${jobIds[index]} was accepted before.`);
  }
}

function insufficient(request: AcceptRequest, available: number): AppError {
  const needed = request.price.credits * request.jobIds.length;
  return new AppError(
    'insufficient_credits',
    `This costs ${needed} credits and there are not enough. Add credits or ask for less.`,
    {
      details: { needed_credits: needed, available_credits: available },
    },
  );
}

function toRow(
  request: AcceptRequest,
  jobId: string,
  variant: number,
  { execution, cancel_policy: cancelPolicy }: Pick<ModelSpec, 'execution' | 'cancel_policy'>,
): Insertable<JobsTable> {
  const { request: video, price } = request;
  return {
    job_id: jobId,
    account_id: request.accountId,
    owner_user_id: request.userId,
    operation: video.operation,
    provider: video.provider,
    model: video.model,
    status: 'queued',
    stage: null,
    request: JSON.stringify({ ...video, seed: (video.seed + variant - 1) % 2 ** 32 }),
    price_credits: price.credits,
    price_version: price.version,
    credits_held: price.credits,
    variant_index: variant,
    variant_of: request.jobIds.length,
    retry_of: request.retryOf,
    metadata: JSON.stringify(request.metadata),
    max_attempts: execution.max_attempts,
    cancel_policy: cancelPolicy,
    longest_wait_seconds: execution.longest_wait_seconds,
    not_before: new Date(0),
    active_attempt_id: null,
    error: null,
    output: null,
    chain: JSON.stringify(request.fallback),
    weight: request.weight,
    late_asset_id: null,
    cancel_requested_at: null,
    deleted_at: null,
    started_at: null,
    finished_at: null,
  };
}
