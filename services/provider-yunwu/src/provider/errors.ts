import { AppError } from '@shotloom/kernel';
import {
  laterRow as later,
  lostRow as lost,
  refusedRow as refused,
  vendorError,
  type VendorErrorRow,
  type VendorFailure,
} from '@shotloom/provider-kit';

export const PROVIDER = 'yunwu';

const BUSY_MS = 15_000;
const NO_QUOTA = refused(
  'provider_quota_exhausted',
  'The balance of the Yunwu account or the limit of its key is used up. Top it up, or raise the limit.',
);
const INVALID = refused('invalid_input', 'Yunwu did not accept the request.');
const AUTH = refused(
  'provider_auth_failed',
  'Yunwu did not accept the key: it is wrong, has ended, or is switched off. Check the key in the provider settings.',
);
const BUSY = later(
  'provider_rate_limited',
  "Yunwu has more to do for this key's group than it can; it is tried again.",
  BUSY_MS,
);
const NO_CHANNEL = later(
  'provider_unavailable',
  'Yunwu has nobody at the moment who makes videos with this model; it is tried again. If it stays so, choose another model.',
  BUSY_MS,
);

/** By code, or by the type where there is no code. These go before the words, which may look like those of a busy group. */
const BY_CODE: Readonly<Record<string, VendorErrorRow>> = {
  insufficient_user_quota: NO_QUOTA,
  insufficient_quota: NO_QUOTA,
  invalid_request: INVALID,
  invalid_request_error: INVALID,
};
/** Said before anything is ordered, whatever the status. */
const BUSY_WORDS = /上游负载已饱和/;
const NO_CHANNEL_WORDS = /no available channel|无可用渠道/i;
/** A query for a task that is not there. */
export const NO_TASK = 'task_not_exist';

export interface YunwuFailure extends Omit<VendorFailure, 'provider' | 'row' | 'vendorCode'> {
  /** Code and type of the vendor's own error; null where the body was none of the vendor's. */
  readonly said: { readonly code: string | null; readonly type: string | null } | null;
}

/** The typed error for an answer that is no success. The code is the vendor's, its type where that says more, or the status. */
export function yunwuError({ said, ...failure }: YunwuFailure): AppError {
  const { status } = failure;
  const named = said?.code || (said?.type === 'new_api_error' ? null : said?.type) || null;
  const row = rowOf(named, failure);
  const vendorCode = said === null ? null : (named ?? `${status}`);
  return vendorError({ ...failure, provider: PROVIDER, row, vendorCode });
}

function rowOf(named: string | null, { status, message }: Omit<YunwuFailure, 'said'>): VendorErrorRow {
  if (status === 404) {
    return refused(
      'unsupported_by_model',
      'Yunwu does not have this kind of call, or not for this model. Choose another model.',
    );
  }
  const byCode = named !== null && Object.hasOwn(BY_CODE, named) ? BY_CODE[named] : undefined;
  // A server's error is not taken back by its type: what it broke off may be under way.
  if (byCode !== undefined && status < 500) return byCode;
  if (status >= 400 && BUSY_WORDS.test(message)) return BUSY;
  if (status >= 400 && NO_CHANNEL_WORDS.test(message)) return NO_CHANNEL;
  return byStatus(status);
}

function byStatus(status: number): VendorErrorRow {
  switch (status) {
    case 401:
      return AUTH;
    case 402:
      return NO_QUOTA;
    case 403:
      return refused(
        'provider_auth_failed',
        "The key's group at Yunwu may not use this model, or the key has no quota. Check the key and its group.",
      );
    case 408:
    case 409:
      return lost('Yunwu broke off.');
    case 413:
      return refused(
        'invalid_input',
        'The pictures are too large to be sent in the request. Take smaller ones, or set up an address at which Yunwu can fetch them.',
      );
    case 429:
      return BUSY;
    default:
      return status >= 400 && status < 500
        ? INVALID
        : lost('Yunwu answered with something that is no result.');
  }
}

const UNSAFE = /moderation|content policy|sensitive|敏感|违规|审核/i;

/** Why a task that the vendor took came to nothing. Whether its price is given back is not known, so that it counts as free. */
export function taskFailure(code: string | null, message: string): AppError {
  const isContent = UNSAFE.test(`${code ?? ''} ${message}`);
  const words = isContent
    ? 'The content rules of the model behind Yunwu do not allow this. Change the prompt or the picture.'
    : 'Yunwu could not make the video.';
  return new AppError(isContent ? 'content_rejected' : 'provider_failed', words, {
    ...{ provider: PROVIDER, outcome: 'accepted', chargeable: false, retryable: !isContent },
    vendorMessage: message,
    ...(code === null ? {} : { vendorCode: code }),
  });
}
