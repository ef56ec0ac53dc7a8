import { AppError } from '@shotloom/kernel';
import {
  laterRow as later,
  lostRow as lost,
  refusedRow as refused,
  vendorError,
  type CallEffect,
  type VendorErrorRow,
  type VendorFailure,
} from '@shotloom/provider-kit';

export const PROVIDER = 'sora';

const RETIRED = refused(
  'unsupported_by_model',
  'The server does not have this model, or has no Videos API (any more). Choose another model, or set SORA_BASE_URL to a server of the OpenAI Videos protocol that has it.',
);
const TOO_OFTEN_MS = 15_000;

/** Codes, or types where there is no code. What is not here goes by the HTTP status. */
const SORA_ERRORS: Readonly<Record<string, VendorErrorRow>> = {
  moderation_blocked: refused(
    'content_rejected',
    "The server's content rules do not allow this. Change the prompt or the picture; people's faces are not allowed.",
  ),
  invalid_api_key: refused(
    'provider_auth_failed',
    'The server did not accept the key. Check the key in the provider settings, and that it is of this server.',
  ),
  model_not_found: RETIRED,
  insufficient_quota: refused(
    'provider_quota_exhausted',
    'The quota of the account is used up. Top it up, or raise its limit.',
  ),
  rate_limit_exceeded: later(
    'provider_rate_limited',
    'The server was called too often, or makes too many videos for this key; it is tried again.',
    TOO_OFTEN_MS,
  ),
};

export interface SoraFailure extends Omit<VendorFailure, 'provider' | 'row'> {
  readonly retryAfterMs: number | null;
}

/** The typed error for an answer that is no success. */
export function soraError({ retryAfterMs, ...failure }: SoraFailure): AppError {
  const { vendorCode, status, effect } = failure;
  const named = vendorCode !== null && Object.hasOwn(SORA_ERRORS, vendorCode);
  const row = (named ? SORA_ERRORS[vendorCode] : undefined) ?? byStatus(status, effect);
  const mayWait = row.retryAfterMs !== undefined && retryAfterMs !== null;
  return vendorError({
    ...{ ...failure, provider: PROVIDER },
    row: mayWait ? { ...row, retryAfterMs } : row,
  });
}

/** Why a task that the server took came to nothing. */
export function taskFailure(code: string | null, message: string): AppError {
  const row = code === null || !Object.hasOwn(SORA_ERRORS, code) ? undefined : SORA_ERRORS[code];
  const isContent = row?.code === 'content_rejected';
  const words = isContent ? row.words : 'The server could not make the video.';
  return new AppError(isContent ? 'content_rejected' : 'provider_failed', words, {
    ...{ provider: PROVIDER, outcome: 'accepted', chargeable: false, retryable: !isContent },
    vendorMessage: message,
    ...(code === null ? {} : { vendorCode: code }),
  });
}

/** OpenAI's own service, which ended. Nothing is sent there. */
export const openAiEnded = (): AppError =>
  new AppError(
    'unsupported_by_model',
    'OpenAI ended its Videos API on 2026-09-24, so that api.openai.com makes no videos any more. Set SORA_BASE_URL, or the base URL of the credential, to another server of the OpenAI Videos protocol.',
    { provider: PROVIDER, outcome: 'refused', retryable: false },
  );

/** A 408 or 409 of a create says nothing about the video: it may have been made. */
function byStatus(status: number, effect: CallEffect): VendorErrorRow {
  switch (status) {
    case 401:
      return refused('provider_auth_failed', 'The server did not accept the key. Check it in the settings.');
    case 403:
      return refused(
        'provider_auth_failed',
        'The key may not use the model. Have the organization verified, or take another key.',
      );
    case 402:
      return refused('provider_quota_exhausted', 'The account cannot pay. Top it up.');
    case 404:
    case 410:
      return effect === 'creates' ? RETIRED : refused('not_found', 'The server does not know the video.');
    case 408:
    case 409:
      return lost('The server broke off.');
    case 413:
      return refused('invalid_input', 'The picture is too large for the server.');
    case 429:
      return later('provider_rate_limited', 'The server was called too often.', TOO_OFTEN_MS);
    default:
      if (status >= 400 && status < 500) {
        return refused('invalid_input', 'The server did not accept the request.');
      }
      return lost('The server answered with something that is no result.');
  }
}
