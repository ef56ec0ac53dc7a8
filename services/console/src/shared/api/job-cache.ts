import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import {
  applyMessage,
  isFinished,
  newerJob,
  type LiveJob,
  type MeResource,
  type ShotloomClient,
  type SocketMessage,
} from '@shotloom/sdk';
import { keys } from './queries';

type Pages = InfiniteData<{ data: LiveJob[]; next_cursor: string | null }, string>;

/** Changes one job wherever the cache holds it. Returns whether it was held anywhere. */
function patchJob(cache: QueryClient, id: string, change: (job: LiveJob) => LiveJob): boolean {
  let found = false;
  const apply = (job: LiveJob): LiveJob => {
    if (job.id !== id) return job;
    found = true;
    return change(job);
  };
  cache.setQueryData<LiveJob>(keys.job(id), (job) => job && apply(job));
  cache.setQueriesData<Pages>({ queryKey: keys.jobLists }, (pages) => {
    if (!pages?.pages.some((page) => page.data.some((job) => job.id === id))) return pages;
    return { ...pages, pages: pages.pages.map((page) => ({ ...page, data: page.data.map(apply) })) };
  });
  return found;
}

/** Puts a job that was read or made into the cache. */
export function putJob(cache: QueryClient, read: LiveJob): void {
  cache.setQueryData<LiveJob>(keys.job(read.id), (job) => newerJob(job, read));
  patchJob(cache, read.id, (job) => newerJob(job, read));
}

/** Takes a removed job out of every list at once. */
export function dropJob(cache: QueryClient, id: string): void {
  cache.removeQueries({ queryKey: keys.job(id) });
  cache.setQueriesData<Pages>(
    { queryKey: keys.jobLists },
    (pages) =>
      pages && {
        ...pages,
        pages: pages.pages.map((page) => ({ ...page, data: page.data.filter((job) => job.id !== id) })),
      },
  );
}

/** Reads what only the resource has: the result, the reason, and what it cost. */
async function readEnd(cache: QueryClient, client: ShotloomClient, id: string): Promise<void> {
  putJob(cache, await client.jobs.get(id));
  await Promise.all([
    cache.invalidateQueries({ queryKey: keys.me }),
    cache.invalidateQueries({ queryKey: keys.jobLists }),
  ]);
}

/** Folds one live message into the cache. */
export async function receive(
  cache: QueryClient,
  client: ShotloomClient,
  message: SocketMessage,
): Promise<void> {
  if (message.type === 'credits') {
    const { account_id, available } = message;
    const me = cache.getQueryData<MeResource>(keys.me);
    // Another account pays for this person now.
    if (me?.account_id !== account_id) return cache.invalidateQueries({ queryKey: keys.me });
    void cache.invalidateQueries({ queryKey: keys.credits });
    cache.setQueryData<MeResource>(keys.me, { ...me, credits: { ...me.credits, available } });
    return;
  }
  if (!('job_id' in message) || message.type === 'connected') return;
  const id = message.job_id;
  const known = patchJob(cache, id, (job) => applyMessage(job, message));
  const ended = message.type === 'job_complete' || message.type === 'error';
  if (ended || (message.type === 'status' && isFinished(message))) return readEnd(cache, client, id);
  if (!known && message.type === 'status') {
    // A job that was started elsewhere: it belongs into the lists, and its hold into the credits.
    await Promise.all([
      cache.invalidateQueries({ queryKey: keys.jobLists }),
      cache.invalidateQueries({ queryKey: keys.me }),
    ]);
  }
}
