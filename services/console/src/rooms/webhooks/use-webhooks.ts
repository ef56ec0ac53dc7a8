import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useClient } from '../../shared/api/session';

const WEBHOOKS = ['webhooks'];
export const deliveriesKey = (id: string) => [...WEBHOOKS, id, 'deliveries'];
/** Calls are made while somebody looks, and the last of them may end a webhook. */
export const ASKED_EVERY = 5_000;

/** The webhooks, a page at a time. Rereading them rereads their deliveries. */
export function useWebhooks(watched: boolean) {
  const client = useClient();
  const cache = useQueryClient();
  const pages = useInfiniteQuery({
    queryKey: WEBHOOKS,
    queryFn: ({ pageParam, signal }) => client.webhooks.list({ cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: watched ? ASKED_EVERY : false,
  });
  const list = pages.data?.pages.flatMap(({ data }) => data);
  return { list, pages, reread: () => cache.invalidateQueries({ queryKey: WEBHOOKS }) };
}
