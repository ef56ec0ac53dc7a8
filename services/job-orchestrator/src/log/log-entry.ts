import type { LOG_LEVELS } from '@shotloom/contracts';
import type { AttemptRow } from '../attempts/attempt-rows';
import type { JobsTx } from '../jobs/job-changes';

export interface LogLine {
  readonly level: (typeof LOG_LEVELS)[number];
  /** One plain sentence for the job's owner and for whoever is called at night. No secrets, no URLs with a query. */
  readonly text: string;
  readonly attempt?: AttemptRow | undefined;
}

/** Writes what happened to a job in the transaction that did it, so that the log can neither lack it nor invent it. */
export function logJob(tx: JobsTx, jobId: string, ...lines: readonly LogLine[]): Promise<void> {
  return logJobs(
    tx,
    lines.map((line) => ({ jobId, ...line })),
  );
}

/** The same for many jobs, by one statement. */
export async function logJobs(
  tx: JobsTx,
  lines: readonly (LogLine & { readonly jobId: string })[],
): Promise<void> {
  if (lines.length === 0) return;
  await tx.sql
    .insertInto('jobs.log')
    .values(
      lines.map(({ jobId, level, text, attempt }) => ({
        job_id: jobId,
        level,
        text,
        attempt_id: attempt?.attempt_id ?? null,
        attempt: attempt?.number ?? null,
        provider: attempt?.provider ?? null,
        vendor_task_id: attempt?.vendor_task_id ?? null,
      })),
    )
    .execute();
}
