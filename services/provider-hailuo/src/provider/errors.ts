import { AppError } from '@shotloom/kernel';
import {
  laterRow as later,
  lostRow as lost,
  refusedRow as refused,
  vendorError,
  type VendorErrorRow,
  type VendorFailure,
} from '@shotloom/provider-kit';

export const PROVIDER = 'hailuo';

const KEYS = 'Check the key in the provider settings, and that it is of this region.';
const CONTENT = 'Change the prompt or the picture.';

/** Every code of the vendor's table. The code decides; v1 puts most of them under HTTP status 200. */
export const HAILUO_ERRORS: Readonly<Record<number, VendorErrorRow>> = {
  1000: lost('MiniMax had an unknown error.'),
  1001: lost('MiniMax timed out inside.'),
  1024: lost('MiniMax had an internal error.'),
  1033: lost('MiniMax had a system error.'),
  1002: later('provider_rate_limited', 'MiniMax was called too often; it is tried again.', 15_000),
  1039: later(
    'provider_rate_limited',
    'MiniMax counted too many tokens in a minute; it is tried again.',
    15_000,
  ),
  1041: later(
    'provider_rate_limited',
    'MiniMax has too many open tasks of this key; it is tried again.',
    15_000,
  ),
  2045: later('provider_rate_limited', 'MiniMax got more too quickly; it is tried again.', 15_000),
  1004: refused('provider_auth_failed', `MiniMax did not accept the key or its group. ${KEYS}`),
  2049: refused('provider_auth_failed', `MiniMax does not know the key. ${KEYS}`),
  1008: refused('provider_quota_exhausted', 'The balance of the MiniMax account is too low. Top it up.'),
  1028: refused(
    'provider_quota_exhausted',
    'The quota of the MiniMax account is used up. Raise it, or wait.',
  ),
  1030: refused(
    'provider_quota_exhausted',
    'The quota of the MiniMax account is used up. Raise it, or wait.',
  ),
  2056: refused(
    'provider_quota_exhausted',
    "The MiniMax plan's present window is used up. Wait for the next.",
  ),
  2061: refused('provider_auth_failed', 'The MiniMax plan does not have this model. Choose another model.'),
  1026: refused('content_rejected', `MiniMax's content rules do not allow this input. ${CONTENT}`),
  1027: refused('content_rejected', `MiniMax's content rules do not allow what came out. ${CONTENT}`),
  1042: refused('invalid_input', 'The prompt has too many invisible characters. Type it anew.'),
  2013: refused('invalid_input', 'MiniMax did not accept the parameters.'),
};

/** A query that says one of these says it of the task: its content was refused, and it is over. */
export const ENDS_TASK: readonly number[] = [1026, 1027];
/** A query with an id that it does not know is a wrong parameter to the vendor. */
export const INVALID_PARAMETERS = 2013;

export interface HailuoFailure extends Omit<VendorFailure, 'provider' | 'row' | 'vendorCode'> {
  /** Null where the body was not one of MiniMax's. */
  readonly code: number | null;
}

/** The typed error for an answer that is no success. */
export function hailuoError({ code, ...failure }: HailuoFailure): AppError {
  const row = (code === null ? undefined : HAILUO_ERRORS[code]) ?? byStatus(failure.status);
  return vendorError({ ...failure, provider: PROVIDER, row, vendorCode: code === null ? null : `${code}` });
}

/** Why a task that the vendor took came to nothing. What a failed video costs is not documented, so that it counts as free. */
export function taskFailure(code: number | null, message: string): AppError {
  const options = {
    provider: PROVIDER,
    outcome: 'accepted',
    chargeable: false,
    vendorMessage: message,
    ...(code === null || code === 0 ? {} : { vendorCode: `${code}` }),
  } as const;
  const row = code === null ? undefined : HAILUO_ERRORS[code];
  if (row?.code === 'content_rejected') {
    return new AppError('content_rejected', row.words, { ...options, retryable: false });
  }
  return new AppError('provider_failed', 'MiniMax could not make the video.', {
    ...options,
    retryable: true,
  });
}

/** For codes that are not in the table, and for answers of something between us and the vendor. A strange success is no refusal. */
function byStatus(status: number): VendorErrorRow {
  if (status === 401 || status === 403)
    return refused('provider_auth_failed', `MiniMax refused the call. ${KEYS}`);
  if (status === 402)
    return refused('provider_quota_exhausted', 'The MiniMax account cannot pay. Top it up.');
  if (status === 422)
    return refused('content_rejected', `MiniMax's content rules do not allow this. ${CONTENT}`);
  if (status === 429) return later('provider_rate_limited', 'MiniMax was called too often.', 15_000);
  if (status >= 400 && status < 500) return refused('provider_failed', 'MiniMax refused the call.');
  return lost('MiniMax answered with something that is no result.');
}
