import { FetchFailure } from './fetch-failure';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Checks all of a URL that can be checked without the network. Throws `refused`; the message does not repeat the URL. */
export function readUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (!url) throw new FetchFailure('refused', 'This is not a URL.');
  if (!(url.protocol in DEFAULT_PORTS)) {
    throw new FetchFailure('refused', 'Only http and https URLs are fetched.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new FetchFailure('refused', `The URL of ${url.host} holds credentials; such URLs are not fetched.`);
  }
  return url;
}

/** Host and path: what may be said of a URL. Its query may be a secret. */
export const nameOf = (url: URL): string => `${url.host}${url.pathname}`;

/** The host as sockets and resolvers want it: without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

export const portOf = (url: URL): number =>
  url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port);
