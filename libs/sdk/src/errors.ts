import type { Problem } from '@shotloom/contracts';

/** The server's stable codes, and two that only a client can know. */
export type ShotloomErrorCode = Problem['code'] | 'network_error' | 'bad_response';

export interface FieldProblem {
  readonly field: string;
  readonly reason: string;
}

export interface ShotloomErrorOptions {
  readonly status?: number;
  readonly fields?: readonly FieldProblem[] | undefined;
  readonly errorId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Every failure of a call. The message is the server's sentence, which says what happened and what to do. */
export class ShotloomError extends Error {
  readonly code: ShotloomErrorCode;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  readonly fields: readonly FieldProblem[];
  /** Finds the server's log lines of this failure. */
  readonly errorId: string | undefined;
  /** Milliseconds after which another try makes sense, where the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ShotloomErrorCode, message: string, options: ShotloomErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ShotloomError';
    this.code = code;
    this.status = options.status ?? 0;
    this.fields = options.fields ?? [];
    this.errorId = options.errorId;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Milliseconds to wait, from `Retry-After` (seconds or a date), or undefined. */
  static retryAfter(header: string | null, now: number = Date.now()): number | undefined {
    if (!header) return undefined;
    const seconds = Number(header);
    const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
    return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string';
}

/** The error of an answer that was not a success: its problem document, or a plain sentence where it has none. */
export function errorOfAnswer(status: number, body: string, retryAfter: string | null): ShotloomError {
  const retryAfterMs = ShotloomError.retryAfter(retryAfter);
  const parsed = parseJson(body);
  if (isProblem(parsed)) {
    const message = parsed.detail || parsed.title || `The server answered ${status}.`;
    const options = { status, fields: parsed.errors, errorId: parsed.error_id, retryAfterMs };
    return new ShotloomError(parsed.code, message, options);
  }
  const message = `The server answered ${status} without saying why.`;
  return new ShotloomError(codeOfStatus(status), message, { status, retryAfterMs });
}

export function networkError(cause: unknown): ShotloomError {
  return new ShotloomError('network_error', 'The server could not be reached. Check the connection.', {
    cause,
  });
}

/** Whether asking again could only be answered in the same way: the key is refused, or there is no such thing. */
export function isFinal(error: ShotloomError): boolean {
  return error.status === 401 || error.status === 403 || error.status === 404;
}

/** Undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOfStatus(status: number): ShotloomErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 409) return 'conflict';
  if (status === 413) return 'payload_too_large';
  if (status === 429) return 'rate_limited';
  if (status >= 502 && status <= 504) return 'unavailable';
  return status >= 500 ? 'internal' : 'bad_response';
}
