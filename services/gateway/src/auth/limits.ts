import { clientNetwork, type Limit } from './throttle';

const QUARTER = 900;
const HOUR = 3_600;
const sameAddress = (email: string): string => email.trim().toLowerCase();

/**
 * Wrong passwords. The tight limit is for one account from one network, so that a stranger elsewhere cannot lock somebody out soon; the wide
 * ones stop who comes from many networks, or tries many accounts.
 */
export function passwordLimits(email: string, address: string): Limit[] {
  const account = sameAddress(email);
  const network = clientNetwork(address);
  return [
    { key: `password:${network}`, tries: 60, seconds: QUARTER },
    { key: `password:${account}:${network}`, tries: 10, seconds: QUARTER },
    { key: `password:${account}`, tries: 100, seconds: HOUR },
  ];
}

/** Registrations and requests for links from one network: each costs a hash or a mail. */
export function formLimits(form: 'register' | 'resend' | 'forgot', address: string): Limit[] {
  return [{ key: `${form}:${clientNetwork(address)}`, tries: 20, seconds: HOUR }];
}

/** Use of links and starts of sign-ins elsewhere. */
export function linkLimits(address: string): Limit[] {
  return [{ key: `link:${clientNetwork(address)}`, tries: 120, seconds: QUARTER }];
}

/** Mail to one address, whoever asks for it. */
export function mailLimit(email: string): Limit {
  return { key: `mail:${sameAddress(email)}`, tries: 5, seconds: HOUR };
}

/** Invitations that one person sends, and that one address gets: not counted with `mailLimit`, which would keep a reset from its owner. */
export function invitationLimits(userId: string, email: string): Limit[] {
  return [
    { key: `invitations:${userId}`, tries: 100, seconds: HOUR },
    { key: `invitation:${sameAddress(email)}`, tries: 5, seconds: HOUR },
  ];
}
