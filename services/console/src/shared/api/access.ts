import { clearPrivate, readItem, writeItem } from '../storage';

const KEY = 'shotloom.key';
/** `yes`: cookies of ours open this browser's session. `away`: the browser was sent to an issuer and may come back with some. */
const SESSION = 'shotloom.session';

/** How this browser proves who it is: an API key, or a session in cookies that no script can see. */
export type Access = { readonly kind: 'key'; readonly apiKey: string } | { readonly kind: 'session' };

/** What is kept in localStorage until sign-out. The cookies say nothing to scripts, so a word beside them does. */
export function storedAccess(): Access | null {
  const apiKey = readItem(localStorage, KEY);
  if (apiKey) return { kind: 'key', apiKey };
  return readItem(localStorage, SESSION) === 'yes' ? { kind: 'session' } : null;
}

export function keepAccess(access: Access | null): void {
  writeItem(localStorage, KEY, access?.kind === 'key' ? access.apiKey : null);
  writeItem(localStorage, SESSION, access?.kind === 'session' ? 'yes' : null);
}

/** Before the browser leaves for an issuer. */
export function noteAway(): void {
  writeItem(localStorage, SESSION, 'away');
}

/** Who comes back from an issuer to any room but the sign-in room has a session; who lands there was turned away. */
export function comeBack(pathname: string): void {
  if (readItem(localStorage, SESSION) !== 'away') return;
  writeItem(localStorage, SESSION, pathname.startsWith('/sign-in') ? null : 'yes');
}

/** Takes a key from `#key=...` and removes it from the address, so that it is not bookmarked or shared. */
export function takeKeyFromAddress(): string | null {
  const key = new URLSearchParams(window.location.hash.slice(1)).get('key');
  if (!key) return null;
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
  return key;
}

/** Nothing of one person is left for the next: what was typed and made in this tab, and what waits in this browser. */
export function forgetPerson(): void {
  keepAccess(null);
  clearPrivate();
}

/** Calls back when another tab signs in or out. Returns how to stop. */
export function watchAccess(onChange: () => void): () => void {
  const listen = ({ key }: StorageEvent) => {
    if (key === null || key === KEY || key === SESSION) onChange();
  };
  window.addEventListener('storage', listen);
  return () => window.removeEventListener('storage', listen);
}
