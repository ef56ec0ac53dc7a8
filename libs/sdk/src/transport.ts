import { asError, delayAfter, pause, withDeadline, type Backoff } from './backoff';
import { CookieCredentials, keyCredentials, type Credentials } from './credentials';
import { errorOfAnswer, networkError, parseJson, ShotloomError } from './errors';

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** An API key, or the session of the page, which is in its cookies. */
export type Access =
  | { readonly apiKey: string }
  | {
      readonly session: 'cookie';
      /** The session has ended, by whatever hand: nobody is signed in any more. */
      readonly onSignedOut?: (() => void) | undefined;
    };

export interface TransportOptions {
  /** Where the gateway is, for example `https://video.example.com`; empty for the page's own origin. */
  readonly baseUrl: string;
  readonly access: Access;
  readonly fetch: Fetch;
  readonly backoff: Backoff;
  /** Tries in all, the first included. */
  readonly maxTries: number;
  /** For one try, from the request to the end of its answer; a form takes as long as its file. Milliseconds. */
  readonly timeoutMs: number;
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** In place of `body`: what goes as it is. */
  readonly text?: TextBody;
  readonly form?: FormData;
  readonly idempotencyKey?: string;
  /** A change that may be repeated all the same, because doing it twice is doing it once. */
  readonly repeatable?: boolean;
  /** A refusal says something about this call and nothing about the session: for signing in. */
  readonly signedOut?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A body that is text already, and its media type. */
export interface TextBody {
  readonly type: string;
  readonly text: string;
}

/** A request that is no JSON call. */
export interface RawCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Blob | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
}

const RETRIED_STATUSES = new Set([502, 503, 504]);
const LONGEST_RETRY_AFTER_MS = 30_000;

/** HTTP with credentials, problem documents as errors, and another try only where it cannot do harm. */
export class Transport {
  readonly credentials: Credentials;

  constructor(readonly options: TransportOptions) {
    const { access } = options;
    this.credentials =
      'apiKey' in access
        ? keyCredentials(access.apiKey)
        : new CookieCredentials(
            () => this.refresh(),
            () => access.onSignedOut?.(),
          );
  }

  /** An address of the API from a path; absolute addresses stay as they are. */
  url(path: string, query: CallOptions['query'] = {}): string {
    const base = this.options.baseUrl.replace(/\/+$/, '');
    const address = /^[a-z]+:\/\//i.test(path) ? path : `${base}${path}`;
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
    return search.size > 0 ? `${address}?${search.toString()}` : address;
  }

  /** The parsed answer. Throws a ShotloomError; an aborted signal rejects with its reason. */
  async call<T>(path: string, call: CallOptions = {}): Promise<T> {
    if (call.signedOut) return this.persist<T>(path, call);
    return this.authorized(() => this.persist<T>(path, call));
  }

  /** Does something, and once more where it was refused only because the session had to be renewed: what was refused was not done. */
  async authorized<T>(run: () => Promise<T>): Promise<T> {
    const mark = this.credentials.mark();
    try {
      return await run();
    } catch (error) {
      const refused = error instanceof ShotloomError && error.code === 'unauthorized';
      if (!refused || !(await this.credentials.renew(mark))) throw error;
      return run();
    }
  }

  /** One request as it is, and the head of its answer. Never tried again by itself. Throws a ShotloomError where it was refused. */
  raw(path: string, { method, headers, body, signal }: RawCall): Promise<RawAnswer> {
    return this.authorized(async () => {
      const response = await this.options
        .fetch(this.url(path), {
          method,
          headers: { ...headers, ...this.credentials.headers },
          ...(this.credentials.cookies ? { credentials: 'include' } : {}),
          ...(body === undefined ? {} : { body }),
          ...(signal ? { signal } : {}),
        })
        .catch((cause: unknown) => {
          throw networkError(cause);
        });
      const text = await response.text().catch((cause: unknown) => {
        throw networkError(cause);
      });
      if (response.ok) return { status: response.status, headers: response.headers };
      throw errorOfAnswer(response.status, text, response.headers.get('retry-after'));
    });
  }

  /** The next tokens of the session, in its cookies. A lost answer is asked for again: for some seconds the server gives the same once more. */
  private refresh(): Promise<unknown> {
    const call = { method: 'POST', body: {}, repeatable: true, signedOut: true } as const;
    return this.call<unknown>('/api/v1/auth/refresh', call);
  }

  private async persist<T>(path: string, call: CallOptions): Promise<T> {
    const { method = 'GET', idempotencyKey, repeatable = false } = call;
    const mayRepeat = method === 'GET' || idempotencyKey !== undefined || repeatable;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once<T>(path, call);
      } catch (error) {
        if (call.signal?.aborted) throw asError(call.signal.reason);
        if (!mayRepeat || attempt >= this.options.maxTries || !isTransient(error)) throw error;
        await pause(this.waitAfter(attempt, error), call.signal);
      }
    }
  }

  private waitAfter(attempt: number, error: ShotloomError): number {
    const wait = delayAfter(this.options.backoff, attempt);
    return Math.max(wait, Math.min(error.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS));
  }

  private async once<T>(path: string, call: CallOptions): Promise<T> {
    const { status, ok, text, retryAfter } = await this.answer(path, call);
    if (!ok) throw errorOfAnswer(status, text, retryAfter);
    if (text === '') return undefined as T;
    const parsed = parseJson(text);
    // A proxy's page with status 200 must not pass for an answer.
    if (parsed === undefined) {
      throw new ShotloomError('bad_response', `The answer of ${path} is not JSON.`, { status });
    }
    return parsed as T;
  }

  private async answer(path: string, call: CallOptions) {
    const { signal, end } = withDeadline(call.signal, call.form ? Infinity : this.options.timeoutMs);
    try {
      const response = await this.options.fetch(this.url(path, call.query), this.init(call, signal));
      const retryAfter = response.headers.get('retry-after');
      return { status: response.status, ok: response.ok, text: await response.text(), retryAfter };
    } catch (cause) {
      throw networkError(cause);
    } finally {
      end();
    }
  }

  private init(call: CallOptions, signal: AbortSignal): RequestInit {
    const headers: Record<string, string> = { accept: 'application/json', ...this.credentials.headers };
    if (call.idempotencyKey) headers['idempotency-key'] = call.idempotencyKey;
    const { type, body } = contentOf(call);
    if (type !== undefined) headers['content-type'] = type;
    return {
      method: call.method ?? 'GET',
      headers,
      ...(this.credentials.cookies ? { credentials: 'include' } : {}),
      ...(body === undefined ? {} : { body }),
      signal,
    };
  }
}

/** What is sent; a form says by itself what it is. */
function contentOf({ form, text, body }: CallOptions): { type?: string; body?: string | FormData } {
  if (form) return { body: form };
  if (text) return { type: text.type, body: text.text };
  return body === undefined ? {} : { type: 'application/json', body: JSON.stringify(body) };
}

function isTransient(error: unknown): error is ShotloomError {
  return (
    error instanceof ShotloomError && (error.code === 'network_error' || RETRIED_STATUSES.has(error.status))
  );
}
