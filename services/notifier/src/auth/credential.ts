import { parseCookie } from 'cookie';
import { accessCookieName, SOCKET_KEY_PREFIX } from '@shotloom/contracts';

/** What a client proves itself with; the shape that `verifyCredentialRpc` takes. */
export interface Credential {
  readonly kind: 'api_key' | 'session' | 'ticket';
  readonly value: string;
}

/** A credential that was accepted, and what it hangs on. */
export interface HeldCredential extends Credential {
  readonly userId: string;
  /** Of a key, or of a ticket that was made with one. */
  readonly keyId: string | null;
  /** Of a session, or of a ticket that was made in one. */
  readonly sessionId: string | null;
}

interface UpgradeHeaders {
  readonly authorization?: string | undefined;
  readonly cookie?: string | undefined;
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-websocket-protocol'?: string | undefined;
}

/** Keys and tickets are short; a session's access token is a JWT. */
const MAX_LENGTH = 500;
const MAX_TOKEN_LENGTH = 2_000;

/**
 * Where a key, a token or a ticket may be: the `Authorization` header, the second subprotocol (all that a browser can set), a one-time
 * ticket in the address, or the cookie of a page of ours. A key in the address is not looked for: addresses end up in logs.
 */
export function readCredential(
  headers: UpgradeHeaders,
  query: URLSearchParams,
  publicUrl?: string,
): Credential | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const given = bearer ?? keyOfProtocols(headers['sec-websocket-protocol']);
  // A JWT has dots, which a key has not.
  if (given) return checked({ kind: given.includes('.') ? 'session' : 'api_key', value: given });
  const ticket = query.get('ticket');
  if (ticket) return checked({ kind: 'ticket', value: ticket });
  const cookie = headers.authorization === undefined ? cookieOf(headers, publicUrl) : undefined;
  return cookie ? checked({ kind: 'session', value: cookie }) : undefined;
}

function checked(credential: Credential): Credential | undefined {
  const most = credential.kind === 'session' ? MAX_TOKEN_LENGTH : MAX_LENGTH;
  return credential.value.length <= most ? credential : undefined;
}

function keyOfProtocols(header: string | undefined): string | undefined {
  const offered = (header ?? '').split(',').map((name) => name.trim());
  return offered.find((name) => name.startsWith(SOCKET_KEY_PREFIX))?.slice(SOCKET_KEY_PREFIX.length);
}

/** A browser sends cookies with a WebSocket of any page, so the page must be ours: no preflight asks for it. */
function cookieOf(headers: UpgradeHeaders, publicUrl: string | undefined): string | undefined {
  const { cookie, origin } = headers;
  if (cookie === undefined) return undefined;
  // An EventSource of the same origin sends none; of another it does.
  if (origin !== undefined && !isOwn(origin, headers.host, publicUrl)) return undefined;
  return parseCookie(cookie)[accessCookieName(publicUrl?.startsWith('http:') !== true)];
}

function isOwn(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  if (publicUrl !== undefined && new URL(publicUrl).origin === origin) return true;
  return new URL(origin).host === host;
}
