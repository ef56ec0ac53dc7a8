import { sql, type Insertable } from 'kysely';
import { storableText } from '@shotloom/kernel';
import type { LOG_LEVELS } from '@shotloom/contracts';
import type { AttemptRow } from '../attempts/attempt-rows';
import type { JobsTx } from '../jobs/job-changes';
import type { LogTable } from '../schema/tables';

export interface LogLine {
  readonly level: (typeof LOG_LEVELS)[number];
  /** One plain sentence for the job's owner and for whoever is called at night. No secrets, no URLs with a query. */
  readonly text: string;
  readonly attempt?: AttemptRow | undefined;
}

/**
 * Writes what happened to a job in the transaction that did it, so that the log can neither lack it nor invent it: all lines of a
 * transaction by one statement, in the order of the calls.
 */
export function logJob(tx: JobsTx, jobId: string, ...lines: readonly LogLine[]): void {
  for (const { level, text, attempt } of lines) {
    tx.gather(writeLines, {
      job_id: jobId,
      level,
      text: storableText(text),
      attempt_id: attempt?.attempt_id ?? null,
      attempt: attempt?.number ?? null,
      provider: attempt?.provider ?? null,
      vendor_task_id: attempt?.vendor_task_id ?? null,
    });
  }
}

/** One text whatever the number of lines; `seq` follows their order. Nobody needs the answer, so it goes with the commit. */
function writeLines(tx: JobsTx, lines: readonly Insertable<LogTable>[]): Promise<void> {
  tx.atCommit(sql`
    INSERT INTO jobs.log (job_id, owner_user_id, level, text, attempt_id, attempt, provider, vendor_task_id)
    SELECT line.job_id, (SELECT job.owner_user_id FROM jobs.jobs AS job WHERE job.job_id = line.job_id),
      line.level, line.text, line.attempt_id, line.attempt, line.provider, line.vendor_task_id
    FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) AS (job_id uuid, level text, text text, attempt_id uuid,
        attempt smallint, provider text, vendor_task_id text))
      WITH ORDINALITY AS line (job_id, level, text, attempt_id, attempt, provider, vendor_task_id, position)
    ORDER BY line.position`);
  return Promise.resolve();
}
