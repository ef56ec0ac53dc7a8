import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Address } from './checked-addresses';

/** All that is ever sent: nothing that could speak for us, and a wish for the bytes as they are. */
const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'shotloom/0.1' };

/**
 * One GET to one of the checked addresses, whatever the name means by now. Redirects are answers. The connection is not shared
 * with any other request, since a shared one could lead to an address that was not checked for this URL.
 */
export function requestOnce(
  url: URL,
  addresses: readonly Address[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const options: RequestOptions = { headers: HEADERS, agent: false, signal, lookup: pinnedTo(addresses) };
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve);
    sent.on('error', reject);
    sent.end();
  });
}

function pinnedTo(addresses: readonly Address[]): LookupFunction {
  return (hostname, options, callback) => {
    process.nextTick(() => {
      const [first] = addresses;
      if (options.all === true) callback(null, [...addresses]);
      else if (first) callback(null, first.address, first.family);
      else callback(new Error(`${hostname} has no address`), '');
    });
  };
}
