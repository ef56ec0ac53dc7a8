import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ShotloomClient, ShotloomError } from '@shotloom/sdk';
import {
  ClientContext,
  keepKey,
  SessionContext,
  storedKey,
  takeKeyFromAddress,
  type Session,
} from '../shared/api/session';

interface State {
  readonly apiKey: string | null;
  readonly expired: boolean;
}

function initialState(): State {
  const given = takeKeyFromAddress();
  if (given) keepKey(given);
  return { apiKey: given ?? storedKey(), expired: false };
}

/** The SDK repeats what is worth repeating; a second layer of tries would only hide errors. */
function newQueryClient(onRefused: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof ShotloomError && error.code === 'unauthorized') onRefused();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    defaultOptions: { queries: { retry: false, staleTime: 10_000 } },
  });
}

/** Who is signed in: gives the client and a cache of its own, so that nothing is left over for the next key. */
export function SessionProvider({ baseUrl, children }: { baseUrl: string; children: ReactNode }) {
  const [{ apiKey, expired }, setState] = useState(initialState);
  const leave = useCallback((refused: boolean) => {
    keepKey(null);
    setState({ apiKey: null, expired: refused });
  }, []);
  const session = useMemo<Session>(
    () => ({
      apiKey,
      expired,
      signIn: async (key) => {
        await new ShotloomClient({ baseUrl, apiKey: key }).me();
        keepKey(key);
        setState({ apiKey: key, expired: false });
      },
      signOut: () => leave(false),
    }),
    [apiKey, expired, baseUrl, leave],
  );
  const client = useMemo(() => (apiKey ? new ShotloomClient({ baseUrl, apiKey }) : null), [apiKey, baseUrl]);
  const queries = useMemo(() => ({ apiKey, cache: newQueryClient(() => leave(true)) }), [apiKey, leave]);
  useEffect(() => () => queries.cache.clear(), [queries]);
  return (
    <SessionContext value={session}>
      <ClientContext value={client}>
        <QueryClientProvider client={queries.cache}>{children}</QueryClientProvider>
      </ClientContext>
    </SessionContext>
  );
}
