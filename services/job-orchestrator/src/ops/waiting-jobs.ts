import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import type { ProviderFacts } from './provider-facts';
import { isSetAside } from '../scheduler/job-sets';

const HEADS = 3;

export interface WaitingJob {
  readonly jobId: string;
  readonly userId: string;
  readonly provider: string;
  readonly model: string;
  readonly waitingSeconds: number;
  /** A sentence for each thing that is in the way; empty: nothing is, and the next pass should start it. */
  readonly why: readonly string[];
}

interface HeadRow {
  jobId: string;
  userId: string;
  provider: string;
  model: string;
  waitingSeconds: number;
  /** Seconds until the backoff after a failed attempt ends; 0 or less: it is over. */
  backoffSeconds: number;
  userActive: number;
}

/** The jobs that wait longest with each provider, and why as far as the tables tell. */
export async function readWaitingHeads(
  database: Database<JobsSchema>,
  providers: readonly ProviderFacts[],
): Promise<readonly WaitingJob[]> {
  const names = providers.filter(({ waiting }) => waiting > 0).map(({ provider }) => provider);
  if (names.length === 0) return [];
  const { rows } = await sql<HeadRow>`
    SELECT head.job_id AS "jobId", head.owner_user_id AS "userId", named.provider, head.model,
      extract(epoch FROM clock_timestamp() - head.created_at)::float8 AS "waitingSeconds",
      extract(epoch FROM head.not_before - clock_timestamp())::float8 AS "backoffSeconds",
      (SELECT count(*)::int FROM jobs.attempts AS attempt WHERE attempt.provider = named.provider
        AND attempt.finished_at IS NULL AND attempt.owner_user_id = head.owner_user_id) AS "userActive"
    FROM unnest(${names}::text[]) AS named (provider)
    CROSS JOIN LATERAL (SELECT job_id, owner_user_id, model, created_at, not_before FROM jobs.jobs
      WHERE provider = named.provider AND active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft'
      ORDER BY created_at LIMIT ${HEADS}) AS head
    ORDER BY head.created_at`.execute(database.sql);
  const byName = new Map(providers.map((facts) => [facts.provider, facts]));
  return rows.map(({ backoffSeconds, userActive, ...job }) => ({
    ...job,
    why: reasons(byName.get(job.provider), backoffSeconds, userActive),
  }));
}

function reasons(
  facts: ProviderFacts | undefined,
  backoffSeconds: number,
  userActive: number,
): readonly string[] {
  const why: string[] = [];
  if (facts?.pausedReason) why.push(`The provider is paused: ${facts.pausedReason}`);
  else if (facts?.schedulerSays) why.push(`The scheduler says: ${facts.schedulerSays}.`);
  if (isSetAside(backoffSeconds)) why.push('It waits for a place among the jobs that it was run with.');
  else if (backoffSeconds > 0)
    why.push(`It waits ${Math.ceil(backoffSeconds)} s more after a failed attempt.`);
  for (const { credentialId, reason, retryAt } of facts?.breakers ?? [])
    why.push(`The key ${credentialId} is not used until ${retryAt}, after ${reason}.`);
  if (userActive > 0)
    why.push(`Its user has ${userActive} attempts under way there, which count against a limit.`);
  return why;
}
