import { useInfiniteQuery } from '@tanstack/react-query';
import type { ModerationQuery } from '@shotloom/sdk';
import { useMe } from './queries';
import { useClient } from './session';

export type ModerationKind = ModerationQuery['kind'];
export type ModerationState = ModerationQuery['state'];

export const moderationKeys = {
  all: ['moderation'] as const,
  list: (kind: ModerationKind, state: ModerationState) => ['moderation', kind, state] as const,
};

const PAGE = 20;
/** Somebody else may report or decide meanwhile. */
const ASKED_EVERY = 30_000;

/** Whether whoever is here may judge what others show; undefined until it is known. */
export function useIsOperator(): boolean | undefined {
  const me = useMe().data;
  return me && me.role !== 'user' && me.scopes.includes('admin');
}

/** Videos or comments before an operator, oldest first, a page at a time. */
export function useModeration(kind: ModerationKind, state: ModerationState) {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: moderationKeys.list(kind, state),
    queryFn: ({ pageParam, signal }) =>
      client.moderation.list({ kind, state, limit: PAGE, cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ASKED_EVERY,
  });
}
