import { sql } from 'kysely';
import { AppError, assertNever } from '@shotloom/kernel';
import type {
  RpcRequest,
  RpcResponse,
  UncertainAttempt,
  UncertainResolution,
  listUncertainRpc,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { lockAttempt } from '../attempts/attempt-rows';
import { resolveUncertain } from '../attempts/resolve-uncertain';
import { logJob } from '../log/log-entry';
import type { JobsSchema } from '../schema/tables';
import { credentialName } from './audit/attempt-facts';

type Query = RpcRequest<typeof listUncertainRpc>;

/** Attempts whose submit got no answer, those of the oldest jobs first: their ids begin with the time of their job. */
export async function listUncertain(
  database: Database<JobsSchema>,
  { provider, after, limit }: Query,
): Promise<RpcResponse<typeof listUncertainRpc>> {
  let select = database.sql
    .selectFrom('jobs.attempts as attempt')
    .innerJoin('jobs.jobs as job', 'job.job_id', 'attempt.job_id')
    .leftJoin('jobs.timers as timer', 'timer.attempt_id', 'attempt.attempt_id')
    .select([
      'attempt.attempt_id',
      'attempt.job_id',
      'attempt.owner_user_id',
      'attempt.provider',
      'attempt.model',
      'attempt.credential_id',
      'attempt.credential_version',
      'attempt.external_task_id',
      'attempt.started_at',
      'job.credits_held',
      'timer.misses',
    ])
    .select(
      sql<number>`extract(epoch FROM clock_timestamp() - coalesce(attempt.started_at, attempt.created_at))::float8`.as(
        'age',
      ),
    )
    .where('attempt.status', '=', 'uncertain')
    .orderBy('attempt.attempt_id')
    .limit(limit + 1);
  if (provider !== undefined) select = select.where('attempt.provider', '=', provider);
  if (after !== undefined) select = select.where('attempt.attempt_id', '>', after);
  const rows = await select.execute();
  const attempts = rows.slice(0, limit).map((row): UncertainAttempt => ({
    attemptId: row.attempt_id,
    jobId: row.job_id,
    userId: row.owner_user_id,
    provider: row.provider,
    model: row.model,
    credential: credentialName(row),
    externalTaskId: row.external_task_id,
    startedAt: row.started_at?.toISOString() ?? null,
    ageSeconds: row.age,
    lookedUp: row.misses !== null,
    misses: row.misses ?? 0,
    creditsHeld: row.credits_held,
  }));
  return { attempts, more: rows.length > limit };
}

/** Decides an uncertain attempt as a person found it, and says so in the job's log. Throws `not_found` and `conflict`. */
export async function decideUncertain(
  database: Database<JobsSchema>,
  attemptId: string,
  resolution: UncertainResolution,
): Promise<{ jobId: string }> {
  return database.run(async (tx) => {
    await resolveUncertain(tx, attemptId, resolution);
    const decided = await lockAttempt(tx, attemptId);
    if (!decided) throw new AppError('not_found', `There is no attempt ${attemptId}.`);
    const { attempt } = decided;
    logJob(tx, attempt.job_id, { level: 'WARN', text: sentenceOf(resolution), attempt });
    return { jobId: attempt.job_id };
  });
}

function sentenceOf(resolution: UncertainResolution): string {
  switch (resolution.kind) {
    case 'not_bought':
      return 'An operator decided: the vendor has no such task.';
    case 'found':
      return `An operator decided: the vendor has the task as ${resolution.vendorTaskId}.`;
    case 'give_up':
      return 'An operator decided: it cannot be found out, so it is given up.';
    default:
      return assertNever(resolution, 'resolution');
  }
}
