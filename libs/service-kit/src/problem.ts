import type { AppError, ErrorCode, FieldError } from '@shotloom/kernel';

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

/** The HTTP status of each error code. A new code does not compile until it has one. */
const HTTP_STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_input: 422,
  unsupported_by_model: 422,
  media_invalid: 422,
  content_rejected: 422,
  unauthorized: 401,
  insufficient_credits: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  cancelled: 409,
  payload_too_large: 413,
  rate_limited: 429,
  provider_rate_limited: 429,
  internal: 500,
  provider_auth_failed: 502,
  provider_quota_exhausted: 502,
  provider_failed: 502,
  ingest_failed: 502,
  submit_unknown: 502,
  unavailable: 503,
  provider_unavailable: 503,
  provider_timeout: 504,
};

export function httpStatus(code: ErrorCode): number {
  return HTTP_STATUS[code];
}

/** An `internal` error shows its id and nothing of its message: that is in the log under the same id. */
export function toProblem(error: AppError, errorId?: string): ProblemDetails {
  const status = httpStatus(error.code);
  const hidden = error.code === 'internal';
  return {
    type: `urn:shotloom:error:${error.code}`,
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
