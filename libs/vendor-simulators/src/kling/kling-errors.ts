import { randomUUID } from 'node:crypto';
import type { SimReply } from '../core/sim-http';

/** The vendor's table: code -> HTTP status and its usual words. */
export const KLING_ERROR_TABLE = {
  1000: [401, 'Authentication failed'],
  1001: [401, 'Authorization is empty'],
  1002: [401, 'Authorization is invalid, or this interface does not support AK/SK authentication'],
  1003: [401, 'Authorization is not yet valid'],
  1004: [401, 'Authorization has expired'],
  1100: [429, 'Account exception'],
  1101: [429, 'Account in arrears'],
  1102: [429, 'Resource pack depleted or expired'],
  1103: [403, 'Unauthorized access to requested resource'],
  1200: [400, 'Invalid request parameters'],
  1201: [400, 'Invalid parameters'],
  1202: [404, 'The requested method is invalid'],
  1203: [404, 'The requested resource does not exist'],
  1300: [400, 'Trigger strategy of the platform'],
  1301: [400, 'Trigger the content security policy of the platform'],
  1302: [429, 'API request too fast'],
  1303: [429, 'parallel task over resource pack limit'],
  1304: [429, 'Trigger the IP whitelisting policy'],
  5000: [500, 'Internal server error'],
  5001: [503, 'Server temporarily unavailable'],
  5002: [504, 'Server internal timeout'],
} as const satisfies Record<number, readonly [number, string]>;

export type KlingErrorCode = keyof typeof KLING_ERROR_TABLE;

/** An error of the vendor, thrown by its checks. */
export class KlingError extends Error {
  constructor(
    readonly code: KlingErrorCode,
    message: string = KLING_ERROR_TABLE[code][1],
  ) {
    super(message);
  }

  toReply(): SimReply {
    const [status] = KLING_ERROR_TABLE[this.code];
    return { status, body: { code: this.code, message: this.message, request_id: randomUUID() } };
  }
}

export const isKlingErrorCode = (code: number): code is KlingErrorCode => code in KLING_ERROR_TABLE;

/** The good answer of both generations. */
export const succeeded = (data: unknown): SimReply => ({
  status: 200,
  body: { code: 0, message: 'SUCCEED', request_id: randomUUID(), data },
});
