import { sql } from 'kysely';
import type { ModelSpec } from '@shotloom/contracts';
import { holdAmount, type AcceptRequest } from './accept-request';
import type { JobsTx } from './job-changes';
import type { JobRow } from './job-row';

const SEEDS = 2 ** 32;

/** The whole row of a new job but for the times, which are Postgres'. */
export type NewJob = Omit<JobRow, 'created_at' | 'changed_at'>;

/** What a job keeps of its model, whatever becomes of the catalogue. */
type Terms = Pick<ModelSpec, 'execution' | 'cancel_policy'>;

/** What a new job is made of. */
export type NewJobRequest = Pick<
  AcceptRequest,
  'userId' | 'accountId' | 'request' | 'price' | 'jobIds' | 'metadata' | 'retryOf' | 'fallback' | 'weight'
>;

/** Variants differ in their seed, also where they fall back to another model. */
export function toNewJobs(request: NewJobRequest, model: Terms): NewJob[] {
  return request.jobIds.map((jobId, index) => toNewJob(request, jobId, index, model));
}

function toNewJob(
  request: NewJobRequest,
  jobId: string,
  index: number,
  { execution, cancel_policy }: Terms,
): NewJob {
  const { request: video, price } = request;
  const seeded = <V extends { readonly seed: number }>(one: V): V => ({
    ...one,
    seed: (one.seed + index) % SEEDS,
  });
  return {
    ...WAITING,
    job_id: jobId,
    account_id: request.accountId,
    owner_user_id: request.userId,
    operation: video.operation,
    provider: video.provider,
    model: video.model,
    request: seeded(video),
    price_credits: price.credits,
    price_version: price.version,
    credits_held: holdAmount(request),
    variant_index: index + 1,
    variant_of: request.jobIds.length,
    retry_of: request.retryOf,
    metadata: request.metadata,
    max_attempts: execution.max_attempts,
    longest_wait_seconds: execution.longest_wait_seconds,
    cancel_policy,
    chain: request.fallback.map((link) => ({ ...link, request: seeded(link.request) })),
    weight: request.weight,
    own_key: price.ownKey === true,
  };
}

/** What every new job has. */
const WAITING = {
  status: 'queued',
  stage: null,
  conditions: [],
  progress: 0,
  version: 1,
  credits_captured: 0,
  error: null,
  output: null,
  attempts_made: 0,
  model_attempts: 0,
  active_attempt_id: null,
  not_before: new Date(0),
  cancel_requested_at: null,
  deleted_at: null,
  started_at: null,
  finished_at: null,
  notes: [],
  late_asset_id: null,
  held: true,
  set_id: null,
} as const satisfies Partial<NewJob>;

/**
 * Writes many jobs with the commit, by one statement with one parameter however many they are. What is written is known, so it is
 * not read back. `at` is the time on the database's clock.
 */
export function insertJobs(tx: JobsTx, made: readonly NewJob[], at: Date): JobRow[] {
  const jobs = made.map((job) => ({ ...job, created_at: at, changed_at: at }));
  const [first] = jobs;
  if (!first) return [];
  const columns = sql.join(Object.keys(first).map((name) => sql.ref(name)));
  tx.atCommit(sql`
    INSERT INTO jobs.jobs (${columns})
    SELECT ${columns} FROM jsonb_populate_recordset(NULL::jobs.jobs, ${JSON.stringify(jobs)}::jsonb)`);
  return jobs;
}
