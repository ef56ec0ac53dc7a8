import { randomUUID } from 'node:crypto';
import type { SimReply } from '../core/sim-http';

export type HailuoApi = 'v1' | 'v2';

/** The vendor's table: code -> HTTP status of v2, its error type there, and its usual words. v1 answers 200 to all but a bad key. */
export const HAILUO_ERROR_TABLE = {
  1000: [500, 'server_error', 'unknown error'],
  1001: [500, 'server_error', 'request timeout'],
  1002: [429, 'rate_limit_error', 'rate limit exceeded'],
  1004: [401, 'authorized_error', 'login fail: Please carry the API secret key in the Authorization field'],
  1008: [402, 'insufficient_balance_error', 'insufficient balance'],
  1024: [500, 'server_error', 'internal error'],
  1026: [422, 'unprocessable_entity_error', 'input new_sensitive'],
  1027: [422, 'unprocessable_entity_error', 'output new_sensitive'],
  1028: [429, 'rate_limit_error', 'token plan quota used up'],
  1030: [429, 'rate_limit_error', 'quota used up'],
  1033: [500, 'server_error', 'system error'],
  1039: [429, 'rate_limit_error', 'token limit exceeded'],
  1041: [429, 'rate_limit_error', 'conn limit exceeded'],
  1042: [400, 'bad_request_error', 'invisible character ratio limit'],
  2013: [400, 'bad_request_error', 'invalid params'],
  2045: [429, 'rate_limit_error', 'rate growth limit exceeded'],
  2049: [401, 'authorized_error', 'invalid api key'],
  2056: [429, 'rate_limit_error', 'usage limit exceeded'],
  2061: [403, 'authorized_error', 'your current token plan not support this model'],
} as const satisfies Record<number, readonly [number, string, string]>;

export type HailuoErrorCode = keyof typeof HAILUO_ERROR_TABLE;
export const isHailuoErrorCode = (code: number): code is HailuoErrorCode => code in HAILUO_ERROR_TABLE;

/** An error of the vendor, thrown by its checks. */
export class HailuoError extends Error {
  constructor(
    readonly code: HailuoErrorCode,
    message: string = HAILUO_ERROR_TABLE[code][2],
  ) {
    super(message);
  }

  toReply(api: HailuoApi): SimReply {
    const [status, type] = HAILUO_ERROR_TABLE[this.code];
    if (api === 'v1') {
      return { status: status === 401 ? 401 : 200, body: { base_resp: baseResp(this.code, this.message) } };
    }
    const error = { type, message: `${this.message} (${this.code})`, http_code: `${status}` };
    return { status, body: { type: 'error', error, request_id: randomUUID() } };
  }
}

export const baseResp = (code = 0, message = 'success'): Record<string, unknown> => ({
  status_code: code,
  status_msg: message,
});
