import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Address } from './checked-addresses';
import type { CheckedConnections } from './checked-connections';

/** What is asked. Without a body it is a GET, with one a POST. */
export interface Question {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** All that is ever sent by itself: nothing that could speak for us, and a wish for the bytes as they are. */
const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'shotloom/0.1' };

/**
 * One request to one of the checked addresses, whatever the name means by now. Redirects are answers. Where a connection that was kept
 * turns out to be closed by then, a new one is made: nothing was answered on it. A server that had read a POST to its end before
 * it closed gets it twice, so a POST has to be one that the server can tell from its repetition.
 */
export async function requestOnce(
  url: URL,
  { headers = {}, body }: Question,
  { addresses, connections, signal }: Way,
): Promise<IncomingMessage> {
  const length = body ? { 'content-length': String(body.length) } : {};
  const options = {
    method: body ? 'POST' : 'GET',
    headers: { ...HEADERS, ...headers, ...length },
    signal,
    lookup: pinnedTo(addresses),
  };
  try {
    return await send(url, body, { ...options, agent: connections.agentFor(url, addresses) });
  } catch (error) {
    if (!(error instanceof ClosedMeanwhile)) throw error;
    return send(url, body, { ...options, agent: false });
  }
}

interface Way {
  readonly addresses: readonly Address[];
  readonly connections: CheckedConnections;
  readonly signal: AbortSignal;
}

/** The server ended a connection while it was idle, as it may at any time. */
class ClosedMeanwhile extends Error {}

function send(url: URL, body: Buffer | undefined, options: RequestOptions): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve);
    sent.on('error', (error) => {
      const isStale = sent.reusedSocket && options.signal?.aborted !== true;
      reject(isStale ? new ClosedMeanwhile('a kept connection was closed', { cause: error }) : error);
    });
    // Nobody asked for another protocol, and Node would leave the connection open and silent.
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new Error('another protocol was offered'));
    });
    sent.end(body);
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
