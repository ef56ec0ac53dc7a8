import { shownProgress, type JobRow } from '../jobs/job-row';
import { reached, type Waiting } from '../models/reached';

/** The floor that a job's next event carries, so that nobody sees less than they were shown. Per cent. */
export function shownNow(job: JobRow, attempt: Waiting): number {
  return shownProgress(job.progress, reached(attempt, new Date()).progress);
}
