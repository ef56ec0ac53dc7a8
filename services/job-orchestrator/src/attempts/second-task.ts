import type { JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import type { AttemptRow } from './attempt-rows';

/** Says in the job's log that the vendor has a task for the attempt that is not the one that we know. */
export function tellOfSecondTask(tx: JobsTx, job: JobRow, attempt: AttemptRow, vendorTaskId: string): void {
  if (attempt.vendor_task_id === vendorTaskId) return;
  const text = `${attempt.provider} has a second task for this attempt: ${vendorTaskId}. It may be billed twice; ask the vendor.`;
  logJob(tx, job.job_id, { level: 'ERROR', text, attempt });
}
