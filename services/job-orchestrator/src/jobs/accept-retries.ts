import { AppError } from '@shotloom/kernel';
import type { AcceptRequest } from './accept-request';
import type { JobsTx } from './job-changes';

/**
 * Which of these requests repeat a job that they may not: one that is not there, has not ended, or is another user's. An ended job
 * stays ended, so nothing needs a lock.
 */
export async function checkRetries(
  tx: JobsTx,
  requests: readonly AcceptRequest[],
): Promise<ReadonlyMap<AcceptRequest, AppError>> {
  const retries = requests.filter(({ retryOf }) => retryOf !== null);
  if (retries.length === 0) return new Map();
  const ended = await tx.sql
    .selectFrom('jobs.jobs')
    .select(['job_id', 'owner_user_id'])
    .where(
      'job_id',
      'in',
      retries.flatMap(({ retryOf }) => retryOf ?? []),
    )
    .where('finished_at', 'is not', null)
    .where('deleted_at', 'is', null)
    .execute();
  const owners = new Map(ended.map((row) => [row.job_id, row.owner_user_id]));
  return new Map(
    retries
      .filter(({ retryOf, userId }) => owners.get(retryOf ?? '') !== userId)
      .map((request) => [request, notToRepeat(request.retryOf)]),
  );
}

function notToRepeat(jobId: string | null): AppError {
  return new AppError('conflict', `There is no ended job ${jobId} of yours to try again.`);
}
