import type { OpenAiError } from '@shotloom/contracts';
import type { AppError } from '@shotloom/kernel';
import { toProblem } from '@shotloom/service-kit';

export interface OpenAiFailure {
  readonly status: number;
  readonly body: OpenAiError;
  /** What the official clients ask before they send it again: `x-should-retry`. Undefined: as they would by the status. */
  readonly shouldRetry: boolean | undefined;
}

/** OpenAI's statuses and codes where they are not ours. */
const DIFFERENT: Readonly<Record<string, { status?: number; code?: string; type?: string }>> = {
  unauthorized: { code: 'invalid_api_key', type: 'authentication_error' },
  forbidden: { type: 'permission_error' },
  insufficient_credits: { status: 429, code: 'insufficient_quota', type: 'insufficient_quota' },
  rate_limited: { code: 'rate_limit_exceeded', type: 'rate_limit_error' },
  content_rejected: { code: 'moderation_blocked' },
};

/** Fields of ours in that API's words. */
const PARAMS: Readonly<Record<string, string>> = {
  file_url: 'input_reference',
  asset_id: 'input_reference',
  duration: 'seconds',
};

/**
 * An error as OpenAI's API would say it: 400 where ours is 422, and a quota where ours are credits. What is not to be tried again says
 * so, since the official clients send a POST again by themselves after 409, 429 and every 5xx. Pure.
 */
export function toOpenAiFailure(error: AppError, status: number, errorId?: string): OpenAiFailure {
  const different = DIFFERENT[error.code] ?? {};
  const { detail } = toProblem(error, errorId);
  const [field] = error.fields ?? [];
  const given = different.status ?? (status === 422 ? 400 : status);
  return {
    status: given,
    body: {
      error: {
        message: errorId === undefined ? detail : `${detail} (error id ${errorId})`,
        type: different.type ?? (given >= 500 ? 'server_error' : 'invalid_request_error'),
        param: field ? (PARAMS[field.field] ?? field.field) : null,
        code: different.code ?? error.code,
      },
    },
    shouldRetry: error.retryable || error.code === 'rate_limited' ? undefined : false,
  };
}
