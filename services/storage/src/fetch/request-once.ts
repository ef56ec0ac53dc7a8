import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Address } from './checked-addresses';
import type { CheckedConnections } from './checked-connections';

/** All that is ever sent: nothing that could speak for us, and a wish for the bytes as they are. */
const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'shotloom/0.1' };

/**
 * One GET to one of the checked addresses, whatever the name means by now. Redirects are answers. Where a connection that was kept turns
 * out to be closed by then, a new one is made: nothing was answered on it, and a GET may be sent again.
 */
export async function requestOnce(
  url: URL,
  addresses: readonly Address[],
  connections: CheckedConnections,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const options = { headers: HEADERS, signal, lookup: pinnedTo(addresses) };
  try {
    return await send(url, { ...options, agent: connections.agentFor(url, addresses) });
  } catch (error) {
    if (!(error instanceof ClosedMeanwhile)) throw error;
    return send(url, { ...options, agent: false });
  }
}

/** The server ended a connection while it was idle, as it may at any time. */
class ClosedMeanwhile extends Error {}

function send(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve);
    sent.on('error', (error) => {
      const isStale = sent.reusedSocket && options.signal?.aborted !== true;
      reject(isStale ? new ClosedMeanwhile('a kept connection was closed', { cause: error }) : error);
    });
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
