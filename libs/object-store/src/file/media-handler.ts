import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@shotloom/kernel';
import { parseRangeHeader, type ResolvedRange } from '../byte-range';
import type { ByteRange, GetResult } from '../object-store';
import type { FileObjectStore } from './file-object-store';
import { cacheHeaders, contentHeaders, rangeMayApply, isNotModified } from './media-headers';
import type { UrlGrant } from './signed-url';
import { discardRest, uploadBody } from './upload-body';

/**
 * Answers the URLs that a file store signs: GET and HEAD with one range, PUT up to the signed size. Whatever was not signed
 * for, or has expired, is 403; a missing object 404; errors are `application/problem+json`. Never rejects.
 */
export function createMediaHandler(
  store: FileObjectStore,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    try {
      const { grant, method } = authorise(store, req);
      if (method === 'PUT') await receive(store, grant, req, res);
      else await send(store, grant, req, res);
    } catch (error) {
      answerProblem(req, res, AppError.from(error));
    }
  };
}

type MediaMethod = 'GET' | 'HEAD' | 'PUT';
const isMediaMethod = (method: string | undefined): method is MediaMethod =>
  method === 'GET' || method === 'HEAD' || method === 'PUT';

const denied = (): AppError =>
  new AppError('forbidden', 'This link is not valid for this request, or it has expired. Ask for a new one.');

function authorise(store: FileObjectStore, req: IncomingMessage): { grant: UrlGrant; method: MediaMethod } {
  const { method } = req;
  const [path = '', query = ''] = splitOnce(req.url ?? '', '?');
  const root = `${store.urlPath}/`;
  if (!isMediaMethod(method) || !path.startsWith(root)) throw denied();
  // The path is compared as it came: keys need no escaping, so nothing is decoded and nothing can be hidden in an escape.
  const signedMethod = method === 'HEAD' ? 'GET' : method;
  const grant = store.readGrant(signedMethod, path.slice(root.length), new URLSearchParams(query));
  if (grant === undefined) throw denied();
  return { grant, method };
}

const splitOnce = (text: string, separator: string): readonly string[] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

async function send(
  store: FileObjectStore,
  grant: UrlGrant,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const stat = await store.stat(grant.key);
  if (stat === undefined) throw new AppError('not_found', 'This file does not exist any more.');
  res.setHeaders(cacheHeaders(stat, grant.expires));
  if (isNotModified(req.headers, stat)) {
    res.writeHead(304).end();
    return;
  }
  const wanted = rangeMayApply(req.headers, stat)
    ? parseRangeHeader(req.headers.range, stat.size)
    : undefined;
  if (wanted === 'unsatisfiable') {
    res.setHeader('Content-Range', `bytes */${stat.size}`);
    res.writeHead(416).end();
    return;
  }
  const contentType = grant.contentType ?? stat.contentType ?? 'application/octet-stream';
  res.setHeaders(contentHeaders(contentType, grant.downloadName));
  if (req.method === 'HEAD') writeHead(res, wanted, stat.size).end();
  else await sendBody(store, { key: grant.key, etag: stat.etag, wanted }, res);
}

async function sendBody(
  store: FileObjectStore,
  request: { key: string; etag: string; wanted: ResolvedRange | undefined },
  res: ServerResponse,
): Promise<void> {
  const range: ByteRange | undefined = request.wanted;
  const object = await store.get(request.key, range === undefined ? {} : { range });
  if (object.etag !== request.etag) {
    // Replaced between our two looks; the headers that are set describe the old one.
    object.body.destroy();
    throw new AppError('unavailable', 'This file is being replaced. Try again.', { retryable: true });
  }
  writeHead(res, request.wanted, object.size);
  await stream(object, res);
}

function writeHead(res: ServerResponse, range: ResolvedRange | undefined, size: number): ServerResponse {
  if (range === undefined) return res.setHeader('Content-Length', size).writeHead(200);
  res.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  return res.setHeader('Content-Length', range.end - range.start + 1).writeHead(206);
}

async function stream(object: GetResult, res: ServerResponse): Promise<void> {
  try {
    await pipeline(object.body, res);
  } catch {
    // A player that seeks hangs up all the time, and once headers are out there is nobody left to tell.
    res.destroy();
  }
}

async function receive(
  store: FileObjectStore,
  grant: UrlGrant,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { contentType, maxBytes, key } = grant;
  if (contentType === undefined || maxBytes === undefined || req.headers['content-type'] !== contentType)
    throw denied();
  const announced = req.headers['content-length'];
  const size = announced === undefined ? undefined : Number(announced);
  const { etag } = await store.put(key, uploadBody(req), {
    contentType,
    maxBytes,
    ...(size === undefined ? {} : { size }),
  });
  res.setHeader('ETag', `"${etag}"`);
  res.writeHead(200, { 'Content-Length': 0 }).end();
}

const STATUS = {
  forbidden: 403,
  not_found: 404,
  invalid_input: 400,
  payload_too_large: 413,
  unavailable: 503,
} as const;
const isMapped = (code: string): code is keyof typeof STATUS => code in STATUS;

function answerProblem(req: IncomingMessage, res: ServerResponse, error: AppError): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const status = isMapped(error.code) ? STATUS[error.code] : 500;
  const code = status === 500 ? 'internal' : error.code;
  // An unexpected error's own words may name files of this machine.
  const detail = status === 500 ? 'The file could not be read or stored. Try again.' : error.message;
  if (!req.complete) discardRest(req);
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  res.writeHead(status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  res.end(JSON.stringify({ type: 'about:blank', title: code.replaceAll('_', ' '), status, code, detail }));
}
