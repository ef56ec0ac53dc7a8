import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { JobResource, JobStatus, LiveJob } from '@shotloom/sdk';
import { newerJob } from '@shotloom/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useClient } from './session';

export const keys = {
  me: ['me'] as const,
  models: ['models'] as const,
  styles: ['style-presets'] as const,
  job: (id: string) => ['job', id] as const,
  jobLists: ['jobs'] as const,
  jobs: (status: readonly JobStatus[]) => ['jobs', ...status] as const,
  links: (id: string) => ['links', id] as const,
  credits: ['credits'] as const,
  transactions: ['credits', 'transactions'] as const,
  billing: ['billing'] as const,
  plans: ['billing', 'plans'] as const,
  checkout: (id: string) => ['checkout', id] as const,
};

const RARELY_CHANGES = 5 * 60_000;
/** Links last an hour; they are asked for again well before. */
const LINKS_LAST = 45 * 60_000;
const PAGE = 24;
/** Others move ahead of a waiting job without an event of its own. */
const QUEUE_ASKED_EVERY = 10_000;

export function useMe() {
  const client = useClient();
  return useQuery({ queryKey: keys.me, queryFn: ({ signal }) => client.me({ signal }) });
}

export function useModels() {
  const client = useClient();
  const queryFn = ({ signal }: { signal: AbortSignal }) => client.models({ signal });
  return useQuery({ queryKey: keys.models, queryFn, staleTime: RARELY_CHANGES });
}

export function useStylePresets() {
  const client = useClient();
  const queryFn = ({ signal }: { signal: AbortSignal }) => client.stylePresets({ signal });
  return useQuery({ queryKey: keys.styles, queryFn, staleTime: RARELY_CHANGES });
}

/** One job; the live feed keeps it fresh, and an older read never overwrites newer news. */
export function useJob(id: string, known?: JobResource) {
  const client = useClient();
  const cache = useQueryClient();
  return useQuery<LiveJob>({
    queryKey: keys.job(id),
    queryFn: async ({ signal }) => {
      const read = await client.jobs.get(id, { signal });
      return newerJob(cache.getQueryData<LiveJob>(keys.job(id)), read);
    },
    refetchInterval: ({ state: { data } }) =>
      data?.status === 'queued' && data.queue ? QUEUE_ASKED_EVERY : false,
    ...(known ? { initialData: known } : {}),
  });
}

/** All jobs with one of the statuses (none: all), a page at a time. */
export function useJobPages(status: readonly JobStatus[]) {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: keys.jobs(status),
    queryFn: ({ pageParam, signal }) =>
      client.jobs.list({ limit: PAGE, status, ...(pageParam ? { cursor: pageParam } : {}) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Links of a finished video, for a player and a download. */
export function useJobLinks(id: string, enabled: boolean) {
  const client = useClient();
  const queryFn = ({ signal }: { signal: AbortSignal }) => client.jobs.links(id, { signal });
  return useQuery({
    queryKey: keys.links(id),
    queryFn,
    enabled,
    staleTime: LINKS_LAST,
    refetchOnWindowFocus: false,
  });
}
