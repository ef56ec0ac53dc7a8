import { assertNever, type AppError, type ErrorCode, type FieldError } from '@shotloom/kernel';

/** RFC 9457 problem details, with our stable `code` and field errors. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly error_id?: string;
  readonly [extra: string]: unknown;
}

/** The HTTP status of each error code. Exhaustive: a new code does not compile until it has one. */
export function httpStatus(code: ErrorCode): number {
  switch (code) {
    case 'invalid_input':
    case 'unsupported_by_model':
    case 'media_invalid':
    case 'content_rejected':
      return 422;
    case 'unauthorized':
      return 401;
    case 'insufficient_credits':
      return 402;
    case 'forbidden':
      return 403;
    case 'not_found':
      return 404;
    case 'conflict':
    case 'cancelled':
      return 409;
    case 'payload_too_large':
      return 413;
    case 'rate_limited':
    case 'provider_rate_limited':
      return 429;
    case 'provider_auth_failed':
    case 'provider_quota_exhausted':
    case 'provider_failed':
    case 'ingest_failed':
    case 'submit_unknown':
      return 502;
    case 'unavailable':
    case 'provider_unavailable':
      return 503;
    case 'provider_timeout':
      return 504;
    case 'internal':
      return 500;
    default:
      return assertNever(code, 'error code');
  }
}

/** An `internal` error shows its id and nothing of its message: that is in the log under the same id. */
export function toProblem(error: AppError, errorId?: string): ProblemDetails {
  const status = httpStatus(error.code);
  const hidden = error.code === 'internal';
  return {
    type: `https://shotloom.dev/errors/${error.code}`,
    title: error.code.replaceAll('_', ' '),
    status,
    code: error.code,
    detail: hidden
      ? 'Something failed on our side. Try again, and give the error id if it stays.'
      : error.message,
    ...(error.fields ? { errors: error.fields } : {}),
    ...(errorId ? { error_id: errorId } : {}),
    ...(!hidden && error.details ? error.details : {}),
  };
}
