import { AppError } from '@shotloom/kernel';
import {
  laterRow as later,
  lostRow as lost,
  refusedRow as refused,
  vendorError,
  type VendorErrorRow,
  type VendorFailure,
} from '@shotloom/provider-kit';

export const PROVIDER = 'lovart';

const KEYS = 'Check the access key and the secret key in the provider settings.';

/** By the vendor's code, or the HTTP status where it gives none. */
export const LOVART_ERRORS: Readonly<Record<string, VendorErrorRow>> = {
  '400': refused('invalid_input', 'Lovart did not accept the parameters.'),
  '401': refused('provider_auth_failed', `Lovart did not accept the key. ${KEYS}`),
  '403': refused(
    'provider_auth_failed',
    'Lovart let the call not through. Its API may be closed to this network.',
  ),
  '404': refused('provider_failed', 'Lovart does not have this project or thread.'),
  '402': refused(
    'provider_quota_exhausted',
    'The credits or the plan of the Lovart account do not allow this video. What it said tells why.',
  ),
  '409': later('provider_rate_limited', 'The thread at Lovart is busy; it is tried again.', 5_000),
  '429': later('provider_rate_limited', 'Lovart was asked too often; it is tried again.', 60_000),
  '502': lost('Lovart could not be reached behind its gateway.'),
  '503': lost('Lovart is not available now.'),
};
/** Codes of the body, beside the status that comes with them. */
const STATUS_OF: Readonly<Record<string, string>> = { '2012': '402', '2011': '409', '1429': '429' };

/** The row of a code, or undefined for one that is not known. */
export const rowOf = (code: string): VendorErrorRow | undefined => LOVART_ERRORS[STATUS_OF[code] ?? code];

/** The typed error for an answer that is no success. */
export function lovartError(failure: Omit<VendorFailure, 'provider' | 'row'>): AppError {
  const { status, vendorCode } = failure;
  const row = (vendorCode === null ? undefined : rowOf(vendorCode)) ?? rowOf(`${status}`) ?? byStatus(status);
  return vendorError({ ...failure, provider: PROVIDER, row });
}

function byStatus(status: number): VendorErrorRow {
  if (status >= 400 && status < 500) return refused('provider_failed', 'Lovart refused the call.');
  return lost('Lovart answered with something that is no result.');
}

/** The agent has ended without a video: it refused, or answered in words. The same words would end the same way. */
export const noVideo = (words: string): AppError =>
  new AppError('provider_failed', 'Lovart’s agent made no video. Change the prompt or the picture.', {
    ...{ provider: PROVIDER, outcome: 'accepted', retryable: false, vendorMessage: words },
  });

/** The thread was stopped, by the vendor or by somebody on its page. */
export const stopped = (words: string): AppError =>
  new AppError('provider_failed', 'The thread was stopped at Lovart.', {
    ...{ provider: PROVIDER, outcome: 'accepted', retryable: false, vendorMessage: words },
  });

/** Nothing was confirmed, so that nothing is made. */
export const overBudget = (cost: number, budget: number): AppError =>
  new AppError(
    'provider_quota_exhausted',
    `Lovart asks ${cost} credits for this video, more than the ${budget} that its price covers: it was not confirmed. Take a shorter video or another model.`,
    { provider: PROVIDER, outcome: 'accepted', retryable: false, details: { cost, budget } },
  );
