import { access, constants, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ShotloomError, type BatchDetail, type JobResource } from '@shotloom/sdk';
import type { Context } from './context';
import { codeOf } from './error-code';
import { EXIT, UsageError } from './exit-codes';
import { videosOf, type BatchVideo } from './file-names';
import { patiently } from './patiently';
import { rowName } from './row-mistakes';
import { isSame, isThere, nameNew } from './same-file';
import { saveVideo } from './save-video';
import { describe } from './wait-for-job';

/** Where the videos of a batch go. */
export interface Folder {
  readonly path: string;
  /** Whether what is there and is something else may be replaced. */
  readonly overwrite: boolean;
}

/** What became of one video. */
export interface BatchResult {
  /** From 0, as the API counts. */
  readonly row: number;
  readonly key: string | null;
  readonly job_id: string;
  readonly status: JobResource['status'] | 'deleted';
  /** Why there is no video. */
  readonly error: string | null;
  /** Where it was saved. */
  readonly file: string | null;
}

/** Makes the folder; before anything is ordered, so that nobody pays for what cannot be saved. Throws `UsageError`. */
export async function prepareFolder({ path }: Folder): Promise<void> {
  if (path === '-') throw new UsageError('--out of a batch is a folder.');
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Nothing can be saved in ${path}: ${reason}`);
  }
}

/** What became of each video of a batch that has ended, with its file where a folder is given. Says what went wrong as it is found. */
export async function resultsOf(
  context: Context,
  batch: BatchDetail,
  folder: Folder | undefined,
): Promise<BatchResult[]> {
  const videos = videosOf(batch);
  const allCompleted = batch.counts.completed === videos.length;
  const results: BatchResult[] = [];
  for (const video of videos) {
    const { row, key, jobId } = video;
    const known = { row, key, job_id: jobId, file: null };
    if (allCompleted && !folder) results.push({ ...known, status: 'completed', error: null });
    else results.push({ ...known, ...(await resultOf(context, video, folder)) });
  }
  return results;
}

/** All, none or some; what was made and could not be saved is a matter of how it was asked for. */
export function exitCodeOfResults(results: readonly BatchResult[], folder: Folder | undefined): number {
  const completed = results.filter(({ status }) => status === 'completed');
  if (completed.length === 0) return EXIT.jobFailed;
  if (completed.length < results.length) return EXIT.partly;
  return folder && completed.some(({ file }) => file === null) ? EXIT.usage : EXIT.ok;
}

type Outcome = Pick<BatchResult, 'status' | 'error'> & Partial<Pick<BatchResult, 'file'>>;

async function resultOf(context: Context, video: BatchVideo, folder: Folder | undefined): Promise<Outcome> {
  const { client, signal } = context;
  const job = await patiently(signal, () => client.jobs.get(video.jobId, { signal })).catch(unlessGone);
  if (job instanceof ShotloomError) return told(context, video, { status: 'deleted', error: job.message });
  const { status } = job;
  if (status !== 'completed') {
    return told(context, video, { status, error: job.error?.message ?? 'The job was cancelled.' });
  }
  if (!folder) return { status, error: null };
  const out = join(folder.path, video.fileName);
  const problem = await save(context, job, out, folder);
  if (problem !== undefined) return told(context, video, { status, error: problem });
  if (!context.json) context.terminal.out(`${describe(job, out)}\n`);
  return { status, error: null, file: out };
}

/** Answers with what is in the way, or nothing. Throws where others could not be saved either. */
async function save(
  context: Context,
  job: JobResource,
  out: string,
  { path, overwrite }: Folder,
): Promise<string | undefined> {
  const taken = `${out} is there and is another file, so it was left; --overwrite replaces it.`;
  if (await isThere(out)) {
    const { output } = job;
    // It was saved before.
    if (output && (await isSame(out, output.size_bytes, output.sha256))) return undefined;
    if (!overwrite) return taken;
  }
  const options = { part: join(path, `${job.id}.part`), place: overwrite ? rename : nameNew };
  try {
    await patiently(context.signal, () => saveVideo(context, job.id, out, options));
    return undefined;
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? taken : unlessGone(error).message;
  }
}

/** A video that is not there any more keeps nobody from the others. */
function unlessGone(error: unknown): ShotloomError {
  if (error instanceof ShotloomError && (error.status === 404 || error.status === 410)) return error;
  throw error;
}

function told({ terminal }: Context, { row, key, jobId }: BatchVideo, outcome: Outcome): Outcome {
  terminal.err(`${rowName(row, key)}, ${jobId}: ${outcome.error}\n`);
  return outcome;
}
