import { AppError } from '@shotloom/kernel';
import {
  laterRow as later,
  lostRow as lost,
  refusedRow as refused,
  vendorError,
  type VendorErrorRow,
  type VendorFailure,
} from '@shotloom/provider-kit';

export const PROVIDER = 'replicate';

const KEYS = 'Check the API token (key) in the provider settings.';
const CHANGE = 'Change the prompt or the picture.';

/** The vendor has no codes of its own: the HTTP status is all that tells errors apart. */
export const REPLICATE_ERRORS: Readonly<Record<number, VendorErrorRow>> = {
  400: refused('invalid_input', 'Replicate could not read the request.'),
  401: refused('provider_auth_failed', `Replicate did not accept the token. ${KEYS}`),
  402: refused('provider_quota_exhausted', 'The credit of the Replicate account is used up. Buy more.'),
  403: refused(
    'provider_auth_failed',
    'The Replicate account may not do this. Choose another model or token.',
  ),
  404: refused('unsupported_by_model', 'Replicate does not have this model any more. Choose another model.'),
  422: refused('invalid_input', 'The model on Replicate did not accept the input, or its version is gone.'),
  429: later('provider_rate_limited', 'Replicate was called too often; it is tried again.', 10_000),
  500: lost('Replicate had an internal error.'),
  502: lost('Replicate could not be reached behind its gateway.'),
  503: lost('Replicate is not available.'),
  504: lost('Replicate timed out inside.'),
};

export interface ReplicateFailure extends Omit<VendorFailure, 'provider' | 'row' | 'vendorCode'> {
  /** Whether the body was one of Replicate's, and not of something between us. */
  readonly isVendors: boolean;
  /** The header. */
  readonly retryAfter: string | null;
}

/** The typed error for an answer that is no success. */
export function replicateError({ isVendors, retryAfter, ...failure }: ReplicateFailure): AppError {
  const { status, message } = failure;
  const row = REPLICATE_ERRORS[status] ?? byStatus(status);
  const vendorCode = isVendors ? `${status}` : null;
  return vendorError({ ...failure, provider: PROVIDER, vendorCode, row: withWait(row, retryAfter, message) });
}

const IN_WORDS = /resets in ~?(\d{1,4})\s*s/i;
const LONGEST_WAIT_MS = 120_000;

/** A throttled call says in its words, or in a header, when the next may come. */
function withWait(row: VendorErrorRow, retryAfter: string | null, message: string): VendorErrorRow {
  if (row.code !== 'provider_rate_limited') return row;
  const seconds = Number(retryAfter ?? IN_WORDS.exec(message)?.[1] ?? Number.NaN);
  if (!(seconds > 0)) return row;
  return { ...row, retryAfterMs: Math.min(seconds * 1_000, LONGEST_WAIT_MS) };
}

function byStatus(status: number): VendorErrorRow {
  if (status >= 400 && status < 500) return refused('provider_failed', 'Replicate refused the call.');
  return lost('Replicate answered with something that is no result.');
}

/** There are no codes for why a prediction failed, only words. */
const REJECTED = /nsfw|safety|sensitive|content (policy|moderation)|flagged|prohibited/i;
/** What may be otherwise the next time; all else fails again, and costs again. */
const TRANSIENT =
  /out of memory|\boom\b|interrupted|please (re)?try|timed? ?out|unavailable|unknown reason|internal error/i;

/** Why a prediction that ran came to nothing. `chargeable`: its hardware was paid for all the same. */
export function predictionFailure(message: string, chargeable: boolean): AppError {
  const options = { provider: PROVIDER, outcome: 'accepted', chargeable, vendorMessage: message } as const;
  if (REJECTED.test(message)) {
    const words = `The model's content rules on Replicate do not allow this. ${CHANGE}`;
    return new AppError('content_rejected', words, { ...options, retryable: false });
  }
  return new AppError('provider_failed', 'The model on Replicate could not make the video.', {
    ...options,
    retryable: TRANSIENT.test(message),
  });
}

/** It was stopped, by us or by somebody in the vendor's console: whoever did wants no other. */
export const predictionStopped = (word: string, chargeable: boolean): AppError =>
  new AppError('provider_failed', `The prediction was stopped at Replicate (${word}).`, {
    ...{ provider: PROVIDER, outcome: 'accepted', chargeable, retryable: false },
  });

/** The vendor keeps results for an hour. Made and paid for, and not to be had: another try makes it anew. */
export const resultRemoved = (chargeable: boolean): AppError =>
  new AppError(
    'provider_failed',
    'Replicate removed the video an hour after it was made, before it could be fetched.',
    { provider: PROVIDER, outcome: 'accepted', chargeable, retryable: true },
  );
