import { useEffect, useState } from 'react';
import { readItem, writeItem } from '../storage';

const INVITATION = 'shotloom.invitation';

/** The token of a link in a mail, from `#token=...`. It is taken out of the address, so that it is not bookmarked or shared. */
export function useLinkToken(): string | null {
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('token'));
  useEffect(() => {
    if (token === null || window.location.hash === '') return;
    window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
  }, [token]);
  return token;
}

/** An invitation that waits until its person has signed in or registered, perhaps in another tab. It is of use to nobody else. */
export function waitingInvitation(): string | null {
  return readItem(localStorage, INVITATION);
}

export function keepInvitation(token: string | null): void {
  writeItem(localStorage, INVITATION, token);
}
