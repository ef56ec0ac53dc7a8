import type { SimReply } from '../core/sim-http';

type Row = readonly [status: number, type: string, code: string | null, words: string];

/** The errors of the contract by our name for them, which is the code, or the type where the vendor gives no code. */
export const SORA_ERROR_TABLE = {
  invalid_request_error: [400, 'invalid_request_error', null, 'The request is not valid.'],
  moderation_blocked: [
    400,
    'invalid_request_error',
    'moderation_blocked',
    'Blocked by our moderation system.',
  ],
  invalid_api_key: [401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  permission_error: [403, 'permission_error', null, 'Your organization must be verified to use the model.'],
  not_found: [404, 'invalid_request_error', 'not_found', 'Video not found.'],
  model_not_found: [404, 'invalid_request_error', 'model_not_found', 'The model does not exist.'],
  request_timeout: [408, 'server_error', 'request_timeout', 'The request timed out.'],
  conflict: [409, 'invalid_request_error', 'conflict', 'The resource is being changed.'],
  gone: [410, 'invalid_request_error', 'gone', 'The Videos API has been shut down.'],
  rate_limit_exceeded: [429, 'requests', 'rate_limit_exceeded', 'Rate limit reached for requests.'],
  insufficient_quota: [429, 'insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.'],
  server_error: [500, 'server_error', null, 'The server had an error while processing your request.'],
  service_unavailable: [503, 'server_error', 'service_unavailable', 'The engine is currently overloaded.'],
} as const satisfies Record<string, Row>;

export type SoraErrorCode = keyof typeof SORA_ERROR_TABLE;
export const isSoraErrorCode = (code: string): code is SoraErrorCode => Object.hasOwn(SORA_ERROR_TABLE, code);

const RETRY_AFTER_SECONDS = '7';

/** An error of the vendor, thrown by its checks. */
export class SoraError extends Error {
  constructor(
    readonly code: SoraErrorCode,
    message: string = SORA_ERROR_TABLE[code][3],
    readonly param: string | null = null,
  ) {
    super(message);
  }

  toReply(): SimReply {
    const [status, type, code] = SORA_ERROR_TABLE[this.code];
    const { message, param } = this;
    return {
      status,
      body: { error: { message, type, param, code } },
      ...(this.code === 'rate_limit_exceeded' ? { headers: { 'retry-after': RETRY_AFTER_SECONDS } } : {}),
    };
  }
}
