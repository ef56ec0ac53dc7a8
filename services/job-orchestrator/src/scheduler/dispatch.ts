import { sql, type RawBuilder } from 'kysely';
import { partId } from '@shotloom/kernel';
import { emitWork } from '../attempts/attempt-messages';
import type { AttemptRow } from '../attempts/attempt-rows';
import type { JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { claimProbes } from '../breaker/breakers';
import { takeRequestsOf } from '../requests/request-buckets';
import type { PlannedStart } from './plan-starts';
import { dayOf, reserveSpend, type Estimate } from '../spend/reserve';
import type { ProviderNow } from './provider-limits';

/** An attempt that no worker has begun by then is offered again; doubles each time. */
export const RESEND_SECONDS = 30;

/**
 * Starts what was planned, as far as it still may: a job that somebody works on now (a cancel, say) is left for the next pass, and a
 * key whose calls or whose probe another transaction took meanwhile starts fewer. Returns the starts that were made.
 */
export async function startAttempts(
  tx: JobsTx,
  now: ProviderNow,
  planned: readonly PlannedStart[],
  estimate: Estimate,
): Promise<readonly PlannedStart[]> {
  if (planned.length === 0) return [];
  const jobs = await lockWaiting(
    tx,
    planned.map(({ jobId }) => jobId),
  );
  // What was priced for one kind of key never runs on the other.
  const still = planned.filter(({ jobId, ownKey }) => jobs.get(jobId)?.own_key === ownKey);
  const inBudget = await withinBudgets(tx, now, await withClaimedProbes(tx, now, still));
  const { allowed, reserved } = await reserveSpend(tx, now, inBudget, (jobId) => {
    const job = jobs.get(jobId);
    return job ? estimate(job) : 0;
  });
  const attempts = allowed.flatMap((start) => {
    const job = jobs.get(start.jobId);
    return job ? [toAttempt(job, start, now, reserved.get(start.jobId) ?? null)] : [];
  });
  if (attempts.length === 0) return [];
  for (const statement of makeAttempts(attempts)) tx.atCommit(statement);
  for (const attempt of attempts) emitWork(tx, attempt);
  return allowed;
}

/** Two statements however many attempts there are; what is not said is as the table says. */
function makeAttempts(attempts: readonly NewAttempt[]): RawBuilder<unknown>[] {
  const ids = attempts.map((attempt) => attempt.attempt_id);
  return [
    sql`
    INSERT INTO jobs.attempts (attempt_id, job_id, owner_user_id, number, provider, model, kind, operation, credential_id,
      credential_version, price_credits, own_key, vendor_micros, spend_day, status, due_at, deadline_at)
    SELECT attempt_id, job_id, owner_user_id, number, provider, model, kind, operation, credential_id, credential_version,
      price_credits, own_key, vendor_micros, spend_day, 'submitting', clock_timestamp() + make_interval(secs => ${RESEND_SECONDS}),
      clock_timestamp() + make_interval(secs => longest_wait_seconds)
    FROM jsonb_to_recordset(${JSON.stringify(attempts)}::jsonb) AS made (attempt_id uuid, job_id uuid, owner_user_id uuid,
      number smallint, provider text, model text, kind text, operation text, credential_id uuid, credential_version int,
      price_credits int, own_key boolean, vendor_micros bigint, spend_day date, longest_wait_seconds int)`,
    sql`
    UPDATE jobs.jobs AS job SET active_attempt_id = made.attempt_id,
      attempts_made = job.attempts_made + 1, model_attempts = job.model_attempts + 1
    FROM unnest(${attempts.map(({ job_id: jobId }) => jobId)}::uuid[], ${ids}::uuid[]) AS made (job_id, attempt_id)
    WHERE job.job_id = made.job_id`,
  ];
}

async function lockWaiting(tx: JobsTx, jobIds: readonly string[]): Promise<ReadonlyMap<string, JobRow>> {
  const rows = await tx.sql
    .selectFrom('jobs.jobs')
    .selectAll()
    .where('job_id', '=', sql<string>`any(${jobIds}::uuid[])`)
    .where('active_attempt_id', 'is', null)
    .where('finished_at', 'is', null)
    .orderBy('job_id')
    .forUpdate()
    .skipLocked()
    .execute();
  return new Map(rows.map((row) => [row.job_id, row]));
}

async function withClaimedProbes(
  tx: JobsTx,
  { provider }: ProviderNow,
  starts: readonly PlannedStart[],
): Promise<readonly PlannedStart[]> {
  const probes = starts.flatMap(({ key }) => (key?.probe === true ? [key.id] : []));
  const claimed = await claimProbes(tx.sql, provider, probes);
  return starts.filter(({ key }) => key?.probe !== true || claimed.has(key.id));
}

async function withinBudgets(
  tx: JobsTx,
  { provider, requests }: ProviderNow,
  starts: readonly PlannedStart[],
): Promise<readonly PlannedStart[]> {
  if (requests === null) return starts;
  const wanted = new Map<string, number>();
  for (const { key } of starts) if (key) wanted.set(key.id, (wanted.get(key.id) ?? 0) + 1);
  const left = new Map(await takeRequestsOf(tx.sql, provider, wanted));
  return starts.filter(({ key }) => {
    if (!key) return true;
    const tokens = left.get(key.id) ?? 0;
    left.set(key.id, tokens - 1);
    return tokens > 0;
  });
}

type NewAttempt = Pick<
  AttemptRow,
  | 'attempt_id'
  | 'job_id'
  | 'owner_user_id'
  | 'number'
  | 'provider'
  | 'model'
  | 'kind'
  | 'operation'
  | 'credential_id'
  | 'credential_version'
  | 'price_credits'
  | 'own_key'
  | 'vendor_micros'
  | 'spend_day'
> &
  Pick<JobRow, 'longest_wait_seconds'>;

function toAttempt(
  job: JobRow,
  { key }: PlannedStart,
  { provider, spec, at }: ProviderNow,
  reserved: number | null,
): NewAttempt {
  const number = job.attempts_made + 1;
  return {
    // It is our id for the task at the vendor: a database that was restored makes the try that it forgot under the same one.
    attempt_id: partId(job.job_id, `attempt ${number}`),
    job_id: job.job_id,
    owner_user_id: job.owner_user_id,
    number,
    provider,
    model: job.model,
    kind: spec.kind,
    operation: job.operation,
    credential_id: key?.id ?? null,
    credential_version: key?.version ?? null,
    price_credits: job.price_credits,
    longest_wait_seconds: job.longest_wait_seconds,
    own_key: job.own_key,
    vendor_micros: reserved,
    spend_day: reserved === null ? null : dayOf(at),
  };
}
