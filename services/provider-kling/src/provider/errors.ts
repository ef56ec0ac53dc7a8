import type { AppError } from '@shotloom/kernel';
import {
  laterRow as later,
  lostRow as lost,
  refusedRow as refused,
  vendorError,
  type VendorErrorRow,
  type VendorFailure,
} from '@shotloom/provider-kit';

export const PROVIDER = 'kling';

const KEYS = 'Check the key in the provider settings.';

/** Every code of the vendor's table. The code decides, never the HTTP status: 429 means five different things. */
export const KLING_ERRORS: Readonly<Record<number, VendorErrorRow>> = {
  1000: refused('provider_auth_failed', `Kling did not accept the key. ${KEYS}`),
  1001: refused('provider_auth_failed', `Kling got no key. ${KEYS}`),
  1002: refused(
    'provider_auth_failed',
    `Kling did not accept the key, or this model needs an API key where a key pair was given. ${KEYS}`,
  ),
  1003: refused(
    'provider_auth_failed',
    "The token is not valid yet for Kling. Check this machine's clock, then the key.",
  ),
  1004: refused(
    'provider_auth_failed',
    "The token has expired for Kling. Check this machine's clock, then the key.",
  ),
  1100: refused('provider_auth_failed', 'Kling says that something is wrong with the account. Ask Kling.'),
  1101: refused('provider_quota_exhausted', 'The Kling account is in arrears. Top it up.'),
  1102: refused(
    'provider_quota_exhausted',
    'The Kling resource pack is used up or has expired. Buy another.',
  ),
  1103: refused('provider_auth_failed', 'The Kling account may not use this model. Choose another model.'),
  1200: refused('invalid_input', 'Kling did not accept the parameters.'),
  1201: refused('invalid_input', 'Kling did not accept a parameter.'),
  1202: refused('provider_failed', 'Kling does not know this kind of call.'),
  1203: refused(
    'unsupported_by_model',
    'Kling does not have this model or task any more. Choose another model.',
  ),
  1300: refused(
    'content_rejected',
    "Kling's platform rules do not allow this. Change the prompt or the picture.",
  ),
  1301: refused(
    'content_rejected',
    "Kling's content rules do not allow this. Change the prompt or the picture.",
  ),
  1302: later('provider_rate_limited', 'Kling was called too often; it is tried again.', 1_000),
  1303: later(
    'provider_rate_limited',
    'All parallel tasks of the Kling account are in use; it is tried again.',
    10_000,
  ),
  1304: refused(
    'provider_auth_failed',
    "This server's address is not on the Kling account's allow-list. Add it.",
  ),
  5000: lost('Kling had an internal error.'),
  5001: lost('Kling is under maintenance.'),
  5002: lost('Kling timed out inside.'),
};

export interface KlingFailure extends Omit<VendorFailure, 'provider' | 'row' | 'vendorCode'> {
  /** Null where the body was not one of Kling's. */
  readonly code: number | null;
}

/** The typed error for an answer that is no success. */
export function klingError({ code, ...failure }: KlingFailure): AppError {
  const row = (code === null ? undefined : KLING_ERRORS[code]) ?? byStatus(failure.status);
  return vendorError({ ...failure, provider: PROVIDER, row, vendorCode: code === null ? null : `${code}` });
}

/** For codes that are not in the table, and for answers of something between us and the vendor. */
function byStatus(status: number): VendorErrorRow {
  if (status === 401 || status === 403)
    return refused('provider_auth_failed', `Kling refused the call. ${KEYS}`);
  if (status === 429) return later('provider_rate_limited', 'Kling was called too often.', 5_000);
  if (status >= 400 && status < 500) return refused('provider_failed', 'Kling refused the call.');
  return lost('Kling answered with something that is no result.');
}
