import type { IncomingMessage } from 'node:http';

/** One request as a vendor's handlers see it. */
export interface SimRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Buffer;
}

export interface SimReply {
  readonly status: number;
  /** JSON, unless it is bytes. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Reads a request whole. Rejects where its body never came whole: such a request was never made. */
export async function readRequest(incoming: IncomingMessage): Promise<SimRequest> {
  const url = new URL(incoming.url ?? '/', 'http://simulator');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  if (!incoming.complete) throw new Error('The body broke off.');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return {
    method: incoming.method ?? 'GET',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: Object.fromEntries(headers) as SimRequest['headers'],
    rawBody: Buffer.concat(chunks),
  };
}

/** The parsed body, or undefined where it is no JSON. */
export function jsonOf(request: SimRequest): unknown {
  try {
    return JSON.parse(request.rawBody.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
