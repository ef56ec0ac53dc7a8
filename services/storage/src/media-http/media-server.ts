import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@shotloom/kernel';
import { createMediaHandler, FileObjectStore, type ObjectStore } from '@shotloom/object-store';
import { toProblem } from '@shotloom/service-kit';

/** A 1 GB upload over a slow line takes long; what must not take long is the head of the request. */
const REQUEST_TIMEOUT_MS = 60 * 60_000;
const HEADERS_TIMEOUT_MS = 30_000;
/** How long running answers may go on when the server stops. */
const PATIENCE_MS = 10_000;

export interface MediaServer {
  readonly port: number;
  /** Takes no more requests, lets running ones end for a while, then cuts them. */
  close(): Promise<void>;
}

/** Serves the signed `/media` links of the file store. With S3 the links lead to S3 itself, and all here is 404. */
export async function startMediaServer(store: ObjectStore, port: number, host: string): Promise<MediaServer> {
  const handle = mediaRoute(store);
  const server = createServer((request, response) => void handle(request, response));
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const close = async (): Promise<void> => {
    const timer = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
    clearTimeout(timer);
  };
  return { port: (server.address() as AddressInfo).port, close };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function mediaRoute(store: ObjectStore): Handler {
  if (!(store instanceof FileObjectStore)) return notHere;
  const serve = createMediaHandler(store);
  const root = `${store.urlPath}/`;
  return (request, response) =>
    request.url?.startsWith(root) ? serve(request, response) : notHere(request, response);
}

function notHere(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  const problem = toProblem(
    new AppError('not_found', 'There is nothing here: media links are given by the API.'),
  );
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(problem));
  return Promise.resolve();
}
