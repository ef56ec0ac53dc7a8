import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ShotloomClient, ShotloomError } from '@shotloom/sdk';
import {
  comeBack,
  forgetPerson,
  keepAccess,
  storedAccess,
  takeKeyFromAddress,
  watchAccess,
  type Access,
} from '../shared/api/access';
import { ClientContext, SessionContext, VisitorContext, type Session } from '../shared/api/session';

interface State {
  readonly access: Access | null;
  readonly expired: boolean;
}

function initialState(): State {
  const given = takeKeyFromAddress();
  if (given) keepAccess({ kind: 'key', apiKey: given });
  comeBack(window.location.pathname);
  return { access: storedAccess(), expired: false };
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

/** The same key or session is the same access, however often it is read. */
const idOf = (access: Access | null): string =>
  access?.kind === 'key' ? access.apiKey : (access?.kind ?? '');

/** Who is signed in: gives the client and a cache of its own, so that nothing is left over for the next person. */
export function SessionProvider({ baseUrl, children }: { baseUrl: string; children: ReactNode }) {
  const [{ access, expired }, setState] = useState(initialState);
  /** The server will not have it any more. What was typed stays in the tab for who comes back. */
  const refused = useCallback(() => {
    keepAccess(null);
    setState((now) => ({ access: null, expired: now.expired || now.access !== null }));
  }, []);
  const visitor = useMemo(
    () => new ShotloomClient({ baseUrl, session: 'cookie', onSignedOut: refused }),
    [baseUrl, refused],
  );
  useEffect(
    () =>
      watchAccess(() => {
        const next = storedAccess();
        setState((now) => (idOf(next) === idOf(now.access) ? now : { access: next, expired: false }));
      }),
    [],
  );
  const session = useMemo<Session>(
    () => ({
      access,
      expired,
      sessionsPossible:
        baseUrl === '' || new URL(baseUrl, window.location.href).origin === window.location.origin,
      connect: async (apiKey) => {
        await new ShotloomClient({ baseUrl, apiKey }).me();
        const next = { kind: 'key', apiKey } as const;
        keepAccess(next);
        setState({ access: next, expired: false });
      },
      begin: () => {
        keepAccess({ kind: 'session' });
        setState({ access: { kind: 'session' }, expired: false });
      },
      signOut: async () => {
        if (access?.kind === 'session') await visitor.auth.signOut();
        forgetPerson();
        setState({ access: null, expired: false });
      },
    }),
    [access, expired, baseUrl, visitor],
  );
  return (
    <SessionContext value={session}>
      <VisitorContext value={visitor}>
        <Signed baseUrl={baseUrl} access={access} visitor={visitor} onRefused={refused}>
          {children}
        </Signed>
      </VisitorContext>
    </SessionContext>
  );
}

interface SignedProps {
  readonly baseUrl: string;
  readonly access: Access | null;
  readonly visitor: ShotloomClient;
  readonly onRefused: () => void;
  readonly children: ReactNode;
}

function Signed({ baseUrl, access, visitor, onRefused, children }: SignedProps) {
  const id = idOf(access);
  const client = useMemo(() => {
    if (!access) return null;
    return access.kind === 'key' ? new ShotloomClient({ baseUrl, apiKey: access.apiKey }) : visitor;
  }, [access, baseUrl, visitor]);
  const queries = useMemo(() => ({ id, cache: newQueryClient(onRefused) }), [id, onRefused]);
  useEffect(() => () => queries.cache.clear(), [queries]);
  return (
    <ClientContext value={client}>
      <QueryClientProvider client={queries.cache}>{children}</QueryClientProvider>
    </ClientContext>
  );
}
