import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useClient } from './session';

export const accountKeys = {
  all: ['accounts'] as const,
  members: (id: string) => ['members', id] as const,
  invitations: (id: string) => ['invitations', id] as const,
};

/** More than anybody has: a person owns at most 20. */
const MOST_ACCOUNTS = 100;
const SWITCH_TRIES = 12;
const SWITCH_PAUSE_MS = 250;

/** The accounts that the person is a member of: their own, and organisations. */
export function useAccounts() {
  const client = useClient();
  const queryFn = async ({ signal }: { signal: AbortSignal }) =>
    (await client.accounts.list({ limit: MOST_ACCOUNTS }, { signal })).data;
  return useQuery({ queryKey: accountKeys.all, queryFn });
}

export function useMembers(accountId: string) {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: accountKeys.members(accountId),
    queryFn: ({ pageParam, signal }) =>
      client.accounts.members(accountId, { cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useInvitations(accountId: string) {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: accountKeys.invitations(accountId),
    queryFn: ({ pageParam, signal }) =>
      client.accounts.invitations(accountId, { cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Switches to another account. The server's replicas take up to a second to know; then everything is read anew. */
export function useActivate(): (id: string) => Promise<void> {
  const client = useClient();
  const settled = useSettledAccount();
  return async (id) => {
    await client.accounts.activate(id);
    await settled((current) => current === id);
  };
}

/** Leaves an organisation; who worked there works in the own account afterwards. */
export function useLeave(): (id: string) => Promise<void> {
  const client = useClient();
  const settled = useSettledAccount();
  return async (id) => {
    await client.accounts.leave(id);
    await settled((current) => current !== id);
  };
}

/**
 * Asks until the gateway no longer remembers the account before, and then asks for everything anew. While it remembers one that was
 * left, it refuses to say who one is.
 */
function useSettledAccount(): (isSettled: (accountId: string) => boolean) => Promise<void> {
  const client = useClient();
  const cache = useQueryClient();
  return async (isSettled) => {
    for (let tries = 0; tries < SWITCH_TRIES; tries += 1) {
      const current = await client.me().then(
        (me) => me.account_id,
        () => null,
      );
      if (current !== null && isSettled(current)) break;
      await new Promise((resolve) => setTimeout(resolve, SWITCH_PAUSE_MS));
    }
    await cache.resetQueries();
  };
}
