import http from 'node:http';
import https from 'node:https';
import { AppError } from '@shotloom/kernel';
import { Client } from 'minio';
import type { S3StoreConfig } from '../object-store';

/** Milliseconds without a byte in either direction after which a request counts as lost. */
const SILENCE_LIMIT_MS = 60_000;

/** A client for one address of the store. */
export function createS3Client(config: S3StoreConfig, address: string): Client {
  const { hostname, port, protocol, pathname } = parseAddress(address);
  const useSSL = protocol === 'https:';
  if (pathname !== '/') {
    throw new AppError(
      'invalid_input',
      `The address of the object store has a path ("${pathname}"); S3 allows none.`,
    );
  }
  return new Client({
    endPoint: hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    useSSL,
    accessKey: config.accessKey,
    secretKey: config.secretKey,
    // With a region the client never asks the server for it, so signing a URL needs no network.
    region: config.region ?? 'us-east-1',
    pathStyle: true,
    transport: impatient(useSSL ? https : http),
    retryOptions: { disableRetry: true },
  });
}

function parseAddress(address: string): URL {
  try {
    return new URL(address);
  } catch (error) {
    throw new AppError('invalid_input', `"${address}" is not the address of an object store.`, {
      cause: error,
    });
  }
}

type Transport = Pick<typeof http, 'request'>;

/** The client has no timeout of its own: without this a server that stops answering would hold its callers for ever. */
function impatient(transport: Transport): Transport {
  const request: typeof http.request = (...args: unknown[]) => {
    const sent = Reflect.apply(transport.request, transport, args) as http.ClientRequest;
    sent.setTimeout(SILENCE_LIMIT_MS, () => {
      sent.destroy(new Error(`The object store was silent for ${SILENCE_LIMIT_MS / 1000} s.`));
    });
    return sent;
  };
  return { request };
}
