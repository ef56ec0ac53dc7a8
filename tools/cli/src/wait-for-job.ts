import type { JobResource } from '@shotloom/sdk';
import { print, type Context } from './context';
import { EXIT } from './exit-codes';
import { saveVideo } from './save-video';
import { ProgressBar } from './terminal';

/** Follows a job to its end, writes its video where one is wanted, and answers with the exit code. */
export async function waitForJob(context: Context, jobId: string, out: string | undefined): Promise<number> {
  const { client, signal, terminal } = context;
  const bar = new ProgressBar(terminal);
  let ended: JobResource;
  try {
    ended = await client.jobs.wait(jobId, { signal, onUpdate: (job) => bar.show(job) });
  } catch (error) {
    if (signal.aborted) terminal.err(`\nThe job goes on: shotloom watch ${jobId}\n`);
    throw error;
  } finally {
    bar.end();
  }
  if (ended.status !== 'completed') {
    const why = ended.error?.message ?? 'The job was cancelled.';
    if (context.json) print(context, ended, '');
    terminal.err(`${why}\n`);
    return EXIT.jobFailed;
  }
  const file = out ?? `${jobId}.mp4`;
  await saveVideo(context, jobId, file);
  // The video itself is what goes to standard output then.
  if (file !== '-') print(context, { ...ended, file }, describe(ended, file));
  return EXIT.ok;
}

/** A finished video, where it went, and what the engine wants to be said of it. */
export function describe({ output, model, credits }: JobResource, file: string): string {
  const size = output ? `${output.width}x${output.height}, ${output.duration_seconds} s, ` : '';
  const label = output?.label ? `\n${output.label}` : '';
  return `${file}: ${size}${model}, ${credits.captured} credits${label}`;
}
