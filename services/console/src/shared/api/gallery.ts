import { useInfiniteQuery, useQuery, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { ShotloomError, type GalleryEntry, type GalleryPage, type ShareResource } from '@shotloom/sdk';
import { useClient } from './session';

export type GallerySort = 'new' | 'top';
type Pages = InfiniteData<GalleryPage>;

export const galleryKeys = {
  lists: ['gallery'] as const,
  list: (sort: GallerySort, model: string) => ['gallery', sort, model] as const,
  comments: (entryId: string) => ['gallery-comments', entryId] as const,
  share: (jobId: string) => ['share', jobId] as const,
};

const PAGE = 24;

/** What is in the gallery, a page at a time; an empty model is any. */
export function useGallery(sort: GallerySort, model: string) {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: galleryKeys.list(sort, model),
    queryFn: ({ pageParam, signal }) =>
      client.gallery.list(
        { sort, limit: PAGE, model: model || undefined, cursor: pageParam || undefined },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    // Switched off is an answer, and does not change by asking again.
    retry: (count, error) => count < 2 && !isNotFound(error),
  });
}

export function useComments(entryId: string) {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: galleryKeys.comments(entryId),
    queryFn: ({ pageParam, signal }) =>
      client.gallery.comments(entryId, { cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** The link of a job; null where it has none. */
export function useShare(jobId: string) {
  const client = useClient();
  return useQuery<ShareResource | null>({
    queryKey: galleryKeys.share(jobId),
    queryFn: ({ signal }) =>
      client.shares.get(jobId, { signal }).catch((error: unknown) => {
        if (isNotFound(error)) return null;
        throw error;
      }),
  });
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof ShotloomError && error.code === 'not_found';

/** Changes an entry wherever it is shown, without asking for everything again. */
export function patchEntry(
  cache: QueryClient,
  id: string,
  change: (entry: GalleryEntry) => Partial<GalleryEntry>,
): void {
  cache.setQueriesData<Pages>({ queryKey: galleryKeys.lists }, (pages) => {
    if (!pages) return pages;
    const patched = pages.pages.map((page) => ({
      ...page,
      data: page.data.map((entry) => (entry.id === id ? { ...entry, ...change(entry) } : entry)),
    }));
    return { ...pages, pages: patched };
  });
}
