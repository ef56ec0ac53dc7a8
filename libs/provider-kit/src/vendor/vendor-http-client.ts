import { AppError } from '@shotloom/kernel';
import { callFailure, type CallEffect, type CallProgress } from './call-failure';
import { encodeJson, type EncodedBody } from './json-body';
import { encodeMultipart, type MultipartPart } from './multipart-body';
import { Patience, unhurried } from './patience';
import { redact } from './redact';

export interface VendorHttpOptions {
  readonly provider: string;
  /** With or without a path; no trailing slash needed. */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  /** Bytes; default 4 MiB. */
  readonly maxResponseBytes?: number;
  /** Milliseconds; default 30,000. */
  readonly timeoutMs?: number;
}

export interface VendorHttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with a slash, already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; any value in it may be an `InlineFile`. */
  readonly json?: unknown;
  /** Sent as a form, instead of `json`. */
  readonly multipart?: readonly MultipartPart[];
  readonly effect: CallEffect;
  /** Instead of the client's, for example the region of a credential. */
  readonly baseUrl?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Cut out of every error. */
  readonly secrets: readonly string[];
}

export interface VendorHttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON; undefined where the body is none. */
  readonly body: unknown;
  /** The first characters of the body, secrets cut out, for messages. */
  readonly excerpt: string;
}

/** An answer whose body may be large: a success is read by whoever asked, anything else has been read. */
export type OpenedResponse =
  | (VendorHttpResponse & { readonly content: null })
  | (Pick<VendorHttpResponse, 'status' | 'headers'> & { readonly content: AsyncIterable<Uint8Array> });

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_RESPONSE = 4 * 1024 * 1024;
const EXCERPT_CHARACTERS = 300;
const USER_AGENT = 'shotloom/0.1';

/**
 * One call, one request: no retries, no redirects (they could carry a key elsewhere), a deadline over everything, and a limit on what is read.
 * Any HTTP status is an answer and is returned. Throws `AppError` only: see `callFailure` for what a lost answer means.
 */
export class VendorHttpClient {
  constructor(private readonly options: VendorHttpOptions) {}

  async send(request: VendorHttpRequest): Promise<VendorHttpResponse> {
    const { timeoutMs = this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal } = request;
    const clean = (text: string): string => redact(text, request.secrets);
    const deadline = AbortSignal.timeout(timeoutMs);
    const progress: CallProgress = { bodySent: false, status: undefined };
    const source: { failure?: unknown } = {};
    try {
      signal?.throwIfAborted();
      const body = bodyOf(request);
      const init = this.toInit(request, body, progress, source);
      // Without a body the request is whole as soon as it leaves, and nobody tells us when that is.
      progress.bodySent = body === undefined;
      const response = await (this.options.fetch ?? fetch)(this.urlOf(request), {
        ...init,
        signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      });
      progress.status = response.status;
      const text = await readLimited(response, this.options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE);
      return {
        status: response.status,
        headers: response.headers,
        body: parseJson(text),
        excerpt: clean(text.slice(0, EXCERPT_CHARACTERS)),
      };
    } catch (thrown) {
      if (source.failure !== undefined) throw inputFailure(source.failure, clean);
      throw callFailure({
        provider: this.options.provider,
        effect: request.effect,
        progress,
        stopped: deadline.aborted ? 'deadline' : signal?.aborted === true ? 'caller' : undefined,
        timeoutMs,
        thrown,
        clean,
      });
    }
  }

  /**
   * Reads by GET what may be large. The deadline is for the first byte, and then for every pause of the body, which must be read to its
   * end or given back.
   */
  async open(request: Omit<VendorHttpRequest, 'method' | 'effect'>): Promise<OpenedResponse> {
    const { timeoutMs = this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal } = request;
    const patience = new Patience(timeoutMs, signal);
    const progress: CallProgress = { bodySent: true, status: undefined };
    const failed = (thrown: unknown): AppError =>
      callFailure({
        ...{ provider: this.options.provider, effect: 'reads', progress, timeoutMs, thrown },
        stopped: patience.ranOut ? 'deadline' : signal?.aborted === true ? 'caller' : undefined,
        clean: (text) => redact(text, request.secrets),
      });
    try {
      signal?.throwIfAborted();
      const { status, headers, body, text } = await this.head(request, patience);
      progress.status = status;
      if (body !== null) return { status, headers, content: unhurried(body, patience, failed) };
      patience.end();
      const excerpt = redact(text.slice(0, EXCERPT_CHARACTERS), request.secrets);
      return { status, headers, body: parseJson(text), excerpt, content: null };
    } catch (thrown) {
      patience.end();
      throw failed(thrown);
    }
  }

  private async head(
    request: Omit<VendorHttpRequest, 'method' | 'effect'>,
    patience: Patience,
  ): Promise<{
    status: number;
    headers: Headers;
    body: AsyncIterable<Uint8Array> | null;
    text: string;
  }> {
    const accept = { accept: '*/*', 'user-agent': USER_AGENT, ...request.headers };
    const response = await (this.options.fetch ?? fetch)(this.urlOf(request), {
      ...{ method: 'GET', headers: accept, redirect: 'manual', signal: patience.signal },
    });
    const { status, headers } = response;
    if (response.ok && response.body !== null) {
      return { status, headers, body: response.body as AsyncIterable<Uint8Array>, text: '' };
    }
    const text = await readLimited(response, this.options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE);
    return { status, headers, body: null, text };
  }

  private urlOf({
    baseUrl = this.options.baseUrl,
    path,
    query = {},
  }: Pick<VendorHttpRequest, 'baseUrl' | 'path' | 'query'>): string {
    const search = new URLSearchParams(query).toString();
    return `${baseUrl.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`;
  }

  private toInit(
    { method, headers = {} }: VendorHttpRequest,
    body: TypedBody | undefined,
    progress: CallProgress,
    source: { failure?: unknown },
  ): RequestInit {
    const common = { accept: 'application/json', 'user-agent': USER_AGENT, ...headers };
    if (body === undefined) return { method, headers: common, redirect: 'manual' };
    return {
      method,
      redirect: 'manual',
      headers: { ...common, 'content-type': body.contentType, 'content-length': `${body.sizeBytes}` },
      body: watched(body.chunks(), progress, source),
      duplex: 'half',
    };
  }
}

type TypedBody = EncodedBody & { readonly contentType: string };

function bodyOf({ json, multipart }: VendorHttpRequest): TypedBody | undefined {
  if (multipart !== undefined) return encodeMultipart(multipart);
  return json === undefined ? undefined : { ...encodeJson(json), contentType: 'application/json' };
}

/** Passes a body on, and notes when the last of it was taken, or that the source of an input failed. */
async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  progress: CallProgress,
  source: { failure?: unknown },
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  try {
    for await (const chunk of chunks) {
      if (held !== undefined) yield held;
      held = chunk;
    }
  } catch (error) {
    source.failure = error;
    throw error;
  }
  // Before the last chunk leaves, not after: nobody tells us when it has arrived.
  progress.bodySent = true;
  if (held !== undefined) yield held;
}

/** The body was never whole, so whatever broke, nothing was bought. */
function inputFailure(thrown: unknown, clean: (text: string) => string): AppError {
  if (thrown instanceof AppError && thrown.outcome === 'refused') return thrown;
  const reason = clean(thrown instanceof Error ? thrown.message : String(thrown));
  return new AppError('internal', `An input could not be read while it was sent: ${reason}.`, {
    retryable: true,
    outcome: 'refused',
  });
}

async function readLimited(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
