import { text } from '../arguments';
import { print, type Command, type Context } from '../context';
import { EXIT, UsageError } from '../exit-codes';
import { saveVideo } from '../save-video';
import { waitForJob } from '../wait-for-job';

/** The newest page of jobs, a line each. */
export const listJobs: Command = async (context) => {
  const { data } = await context.client.jobs.list({ limit: 20 }, { signal: context.signal });
  for (const job of data) {
    const percent = `${Math.round(job.progress_percentage)} %`.padStart(5);
    print(
      context,
      job,
      `${job.id}  ${job.status.padEnd(10)} ${percent}  ${job.model}  ${firstWords(job.prompt)}`,
    );
  }
  return EXIT.ok;
};

export const watchJob: Command = (context) =>
  waitForJob(context, jobIdOf(context), text(context.arguments, 'out'));

export const downloadJob: Command = async (context) => {
  const jobId = jobIdOf(context);
  const file = text(context.arguments, 'out') ?? `${jobId}.mp4`;
  await saveVideo(context, jobId, file);
  if (file !== '-') print(context, { id: jobId, file }, file);
  return EXIT.ok;
};

export const cancelJob: Command = async (context) => {
  const job = await context.client.jobs.cancel(jobIdOf(context), { signal: context.signal });
  const words = job.status === 'cancelled' ? 'cancelled' : 'it ends as soon as its engine says so';
  print(context, job, `${job.id}: ${words}`);
  return EXIT.ok;
};

function jobIdOf({ arguments: { operands } }: Context): string {
  const [id, ...more] = operands;
  if (id === undefined || more.length > 0) throw new UsageError('Give the id of one job.');
  return id;
}

function firstWords(prompt: string): string {
  const line = prompt.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
