import type { ClientJob } from '../client/job-plan';
import { SimulatedVendor } from '../vendor/simulated-vendor';
import type { World } from '../world/world';

/** Where the time of one job went, milliseconds. All clocks are this machine's. */
export interface JobTimes {
  /** From the answer to the client until an attempt was made. Negative where that was faster than the answer. */
  readonly scheduled: number;
  /** From there until the vendor had the task. */
  readonly sent: number;
  /** The vendor's own. */
  readonly vendor: number;
  /** From the vendor's end until the job was completed: callback, fetch, check, store. */
  readonly stored: number;
  /** From there until the client's socket told it. */
  readonly told: number;
  /** From the answer to the client until the client was told, without the vendor's own. */
  readonly overhead: number;
}

interface Row {
  readonly job_id: string;
  readonly attempt_id: string;
  readonly made: number;
  readonly finished: number;
}

/** Takes a job apart: rows say when it was scheduled and completed, the vendor's log when it had the task and was done. */
export async function readJobTimes(world: World, jobs: readonly ClientJob[]): Promise<JobTimes[]> {
  const tasks = await new SimulatedVendor(world).tasks();
  const { rows } = await world.sql.query<Row>(
    `select job_id, attempt_id, extract(epoch from attempt.created_at)::float8 * 1000 as made,
       extract(epoch from attempt.finished_at)::float8 * 1000 as finished
     from jobs.attempts as attempt where job_id = any ($1::uuid[]) and status = 'stored'`,
    [jobs.map(({ jobId }) => jobId)],
  );
  const byJob = new Map(rows.map((row) => [row.job_id, row]));
  return jobs.map((job) => {
    const row = byJob.get(job.jobId);
    const task = row && tasks.get(row.attempt_id);
    if (row === undefined)
      throw new Error(`Job ${job.jobId} was told to be completed, and no attempt of it is.`);
    if (task === undefined || task.finishedAt === null) {
      throw new Error(`Attempt ${row.attempt_id} has a video, and its vendor made ${JSON.stringify(task)}.`);
    }
    const vendor = task.finishedAt - task.createdAt;
    return {
      scheduled: row.made - job.acceptedAt,
      sent: task.createdAt - row.made,
      vendor,
      stored: row.finished - task.finishedAt,
      told: job.endedAt - row.finished,
      overhead: job.endedAt - job.acceptedAt - vendor,
    };
  });
}
