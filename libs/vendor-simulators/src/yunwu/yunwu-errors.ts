import type { SimReply } from '../core/sim-http';

/** `auth`: of what stands before the relay; `task`: of the task relay, flat. */
type Shape = 'auth' | 'task';
type Row = readonly [status: number, shape: Shape, type: string, code: string, words: string];

const BUSY = '当前分组上游负载已饱和，请稍后再试';

/**
 * The errors by what tells them apart: a code where there is one, else a type that says more than `new_api_error`, else the HTTP status.
 * Words of the quota error that look like those of a busy group are meant: who reads words first takes one for the other.
 */
export const YUNWU_ERROR_TABLE = {
  400: [400, 'auth', 'new_api_error', '', 'invalid image: could not decode base64'],
  401: [401, 'auth', 'new_api_error', '', '无效的令牌'],
  403: [403, 'auth', 'new_api_error', '', '无权访问该分组'],
  insufficient_user_quota: [403, 'task', '', 'insufficient_user_quota', `用户额度不足; ${BUSY}`],
  insufficient_quota: [429, 'auth', 'insufficient_quota', '', `You exceeded your current quota; ${BUSY}`],
  invalid_request: [400, 'task', '', 'invalid_request', 'invalid request'],
  invalid_request_error: [404, 'auth', 'invalid_request_error', '', 'Invalid URL'],
  task_not_exist: [400, 'task', '', 'task_not_exist', 'task_not_exist'],
  413: [413, 'auth', 'new_api_error', '', 'request body too large'],
  429: [429, 'auth', 'new_api_error', '', BUSY],
  fail_to_fetch_task: [500, 'task', '', 'fail_to_fetch_task', 'fail to fetch task'],
  500: [500, 'auth', 'new_api_error', '', 'internal error'],
  502: [502, 'auth', 'new_api_error', '', 'bad response from upstream'],
  503: [503, 'auth', 'new_api_error', '', 'no available channel (无可用渠道)'],
  504: [504, 'auth', 'new_api_error', '', 'upstream timed out'],
  524: [524, 'auth', 'new_api_error', '', 'upstream timed out'],
} as const satisfies Record<string | number, Row>;

export type YunwuErrorCode = keyof typeof YUNWU_ERROR_TABLE;
export const isYunwuErrorCode = (code: string | number): code is YunwuErrorCode =>
  Object.hasOwn(YUNWU_ERROR_TABLE, code);

/** An error of the vendor, thrown by its checks. */
export class YunwuError extends Error {
  constructor(
    readonly code: YunwuErrorCode,
    message: string = YUNWU_ERROR_TABLE[code][4],
  ) {
    super(message);
  }

  /** `requestId` is shown in a header of every answer, and in the words of most errors. */
  toReply(requestId: string): SimReply {
    const [status, shape, type, code] = YUNWU_ERROR_TABLE[this.code];
    const headers = { 'x-oneapi-request-id': requestId };
    if (shape === 'task') return { status, headers, body: { code, message: this.message, data: null } };
    const message = `${this.message} (request id: ${requestId})`;
    return { status, headers, body: { error: { message, type, code } } };
  }
}
