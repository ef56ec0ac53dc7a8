import type { Database } from '@shotloom/database';
import { logJob, type LogLine } from '../log/log-entry';
import type { JobsSchema } from '../schema/tables';

/** Writes what an operator did into the job's log. False where there is no such job, so nothing to write into. */
export function noteForJob(
  database: Database<JobsSchema>,
  jobId: string | null,
  line: LogLine,
): Promise<boolean> {
  if (jobId === null) return Promise.resolve(false);
  return database.run(async (tx) => {
    const job = await tx.sql
      .selectFrom('jobs.jobs')
      .select('job_id')
      .where('job_id', '=', jobId)
      .executeTakeFirst();
    if (!job) return false;
    logJob(tx, jobId, line);
    return true;
  });
}
