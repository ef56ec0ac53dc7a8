import { createContext, useContext } from 'react';
import type { ShotloomClient } from '@shotloom/sdk';
import type { Access } from './access';

export interface Session {
  /** How this browser proves who it is; null: nobody is signed in. */
  readonly access: Access | null;
  /** Set after the server refused the stored key, or the session ended. */
  readonly expired: boolean;
  /** Whether this page can hold a session: the API is on its own origin, or its cookies would not go along. */
  readonly sessionsPossible: boolean;
  /** Checks a key with the server and keeps it. Throws a ShotloomError where it is refused. */
  readonly connect: (apiKey: string) => Promise<void>;
  /** Takes note of a session whose cookies were just set. */
  readonly begin: () => void;
  /** Ends the session and forgets everything about the person. Throws where the server could not be told. */
  readonly signOut: () => Promise<void>;
}

export const SessionContext = createContext<Session | null>(null);
export const ClientContext = createContext<ShotloomClient | null>(null);
export const VisitorContext = createContext<ShotloomClient | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider.');
  return session;
}

/** The client of whoever is signed in. Only for rooms behind the shell. */
export function useClient(): ShotloomClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('useClient needs a signed-in session.');
  return client;
}

/** The client of the page itself, for signing in. */
export function useVisitor(): ShotloomClient {
  const client = useContext(VisitorContext);
  if (!client) throw new Error('useVisitor needs a SessionProvider.');
  return client;
}
