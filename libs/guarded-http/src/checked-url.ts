import { FetchFailure } from './fetch-failure';

/**
 * Where no web server is and other servers might take a request for their own language: the ports that browsers block
 * (https://fetch.spec.whatwg.org/#port-blocking), and those of common databases and queues.
 */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 1433, 3306, 4222,
  5432, 6379, 9042, 11211, 27017,
]);

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
  if (BLOCKED_PORTS.has(portOf(url))) {
    throw new FetchFailure('refused', `Port ${portOf(url)} is not one of a web server.`);
  }
  return url;
}

/** Host and path: what may be said of a URL. Its query may be a secret. */
export const nameOf = (url: URL): string => `${url.host}${url.pathname}`;

/** The host as sockets and resolvers want it: without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

export const portOf = (url: URL): number =>
  url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port);
