import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ShotloomError } from '@shotloom/sdk';
import type { Context } from './context';

export interface SaveOptions {
  /** Where it grows. */
  readonly part?: string;
  /** Gives it its name once it is whole. */
  readonly place?: (part: string, out: string) => Promise<void>;
}

/** Writes a finished job's video. A file appears whole or not at all; `-` is standard output. */
export async function saveVideo(
  context: Context,
  jobId: string,
  out: string,
  { part = `${out}.part`, place = rename }: SaveOptions = {},
): Promise<void> {
  const { client, fetch, signal } = context;
  const { download_url: url } = await client.jobs.links(jobId, { signal });
  const answer = await fetch(url, { signal }).catch((cause: unknown) => {
    throw new ShotloomError('network_error', 'The video could not be fetched. Try `shotloom download`.', {
      cause,
    });
  });
  if (!answer.ok || !answer.body) {
    throw new ShotloomError('unavailable', `The store answered ${answer.status} instead of the video.`, {
      status: answer.status,
    });
  }
  const body = Readable.fromWeb(answer.body);
  if (out === '-') return pipeline(body, process.stdout, { end: false });
  try {
    await pipeline(body, createWriteStream(part), { signal });
    await place(part, out);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
