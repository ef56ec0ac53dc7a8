import { createContext, useContext } from 'react';
import type { ShotloomClient } from '@shotloom/sdk';
import { readItem, writeItem } from '../storage';

const KEY = 'shotloom.key';

/** The key of this browser, or null. It is kept in localStorage until sign-out. */
export function storedKey(): string | null {
  return readItem(localStorage, KEY);
}

export function keepKey(key: string | null): void {
  writeItem(localStorage, KEY, key);
}

/** Takes a key from `#key=...` and removes it from the address, so that it is not bookmarked or shared. */
export function takeKeyFromAddress(): string | null {
  const key = new URLSearchParams(window.location.hash.slice(1)).get('key');
  if (!key) return null;
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
  return key;
}

export interface Session {
  readonly apiKey: string | null;
  /** Set after the server refused the stored key. */
  readonly expired: boolean;
  /** Checks the key with the server and keeps it. Throws a ShotloomError where it is refused. */
  readonly signIn: (key: string) => Promise<void>;
  readonly signOut: () => void;
}

export const SessionContext = createContext<Session | null>(null);
export const ClientContext = createContext<ShotloomClient | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider.');
  return session;
}

/** The client of the signed-in key. Only for rooms behind the shell. */
export function useClient(): ShotloomClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('useClient needs a signed-in session.');
  return client;
}
