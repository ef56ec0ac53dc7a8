import type { SimReply } from '../core/sim-http';

/** The vendor's table. It has no codes of its own: the HTTP status is the code. -> title and usual words. */
export const REPLICATE_ERROR_TABLE = {
  400: ['Bad request', 'The request could not be read.'],
  401: ['Unauthenticated', 'You did not pass a valid authentication token'],
  402: [
    'Insufficient credit',
    'You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase credit.',
  ],
  403: ['Forbidden', 'You do not have permission to perform this action.'],
  404: ['Not found', 'The requested resource could not be found.'],
  422: ['Input validation failed', 'The input does not match the schema of the model.'],
  429: ['Too many requests', 'Request was throttled. Your rate limit resets in ~30s.'],
  500: ['Internal server error', 'An unexpected error occurred.'],
  502: ['Bad gateway', 'The upstream did not answer.'],
  503: ['Service unavailable', 'The service is temporarily unavailable.'],
  504: ['Gateway timeout', 'The upstream took too long.'],
} as const satisfies Record<number, readonly [string, string]>;

export type ReplicateStatus = keyof typeof REPLICATE_ERROR_TABLE;
export const isReplicateStatus = (status: number): status is ReplicateStatus =>
  status in REPLICATE_ERROR_TABLE;

/** An error of the vendor, thrown by its checks. */
export class ReplicateError extends Error {
  constructor(
    readonly status: ReplicateStatus,
    readonly detail: string = REPLICATE_ERROR_TABLE[status][1],
  ) {
    super(detail);
  }

  /** A throttled call carries `detail` alone; all others are problem details. */
  toReply(): SimReply {
    const { status, detail } = this;
    if (status === 429) {
      const seconds = /~(\d+)s/.exec(detail)?.[1];
      const headers = seconds === undefined ? {} : { 'retry-after': seconds };
      return { status, body: { detail }, headers };
    }
    return { status, body: { title: REPLICATE_ERROR_TABLE[status][0], detail, status } };
  }
}

export const invalidInput = (field: string, problem: string): ReplicateError =>
  new ReplicateError(422, `- ${field}: ${problem}\n`);
