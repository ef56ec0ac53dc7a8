import { SOCKET_KEY_PREFIX } from '@shotloom/contracts';

/** What a client proves itself with; the shape that `verifyCredentialRpc` takes. */
export interface Credential {
  readonly kind: 'api_key' | 'ticket';
  readonly value: string;
}

interface UpgradeHeaders {
  readonly authorization?: string | undefined;
  readonly 'sec-websocket-protocol'?: string | undefined;
}

const MAX_LENGTH = 500;

/**
 * Where a key or ticket may be: the `Authorization` header, the second subprotocol (all that a browser can set), or a
 * one-time ticket in the address. A key in the address is not looked for: addresses end up in logs.
 */
export function readCredential(headers: UpgradeHeaders, query: URLSearchParams): Credential | undefined {
  const candidates: readonly (readonly [Credential['kind'], string | undefined | null])[] = [
    ['api_key', /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]],
    ['api_key', keyOfProtocols(headers['sec-websocket-protocol'])],
    ['ticket', query.get('ticket')],
  ];
  for (const [kind, value] of candidates) {
    if (value) return value.length <= MAX_LENGTH ? { kind, value } : undefined;
  }
  return undefined;
}

function keyOfProtocols(header: string | undefined): string | undefined {
  const offered = (header ?? '').split(',').map((name) => name.trim());
  return offered.find((name) => name.startsWith(SOCKET_KEY_PREFIX))?.slice(SOCKET_KEY_PREFIX.length);
}
