import { AppError, type ErrorCode } from '@shotloom/kernel';
import {
  laterRow as later,
  lostRow as lost,
  refusedRow as refused,
  vendorError,
  type VendorErrorRow,
  type VendorFailure,
} from '@shotloom/provider-kit';

export const PROVIDER = 'runway';

const KEYS = 'Check the API key in the provider settings.';
const CHANGE = 'Change the prompt or the picture.';

/** The vendor has no codes for calls: the HTTP status is all that tells errors apart. */
export const RUNWAY_ERRORS: Readonly<Record<number, VendorErrorRow>> = {
  400: refused('invalid_input', 'Runway did not accept the parameters.'),
  401: refused('provider_auth_failed', `Runway did not accept the key. ${KEYS}`),
  404: refused('unsupported_by_model', 'Runway does not have this model or task any more.'),
  405: refused('provider_failed', 'Runway does not know this kind of call.'),
  429: later(
    'provider_rate_limited',
    "The Runway account has made its day's videos, or was used too often; it is tried again.",
    60_000,
  ),
  500: lost('Runway had an internal error.'),
  502: lost('Runway is shedding load.'),
  503: lost('Runway is shedding load.'),
  504: lost('Runway is overloaded.'),
};
/** Under 400 as well; only its words tell it apart. */
const NO_CREDITS = /(not|n't) have enough credits|insufficient credits/i;
const OUT_OF_CREDITS = refused(
  'provider_quota_exhausted',
  'The credits of the Runway API account are used up. Buy more in its developer portal.',
);

export interface RunwayFailure extends Omit<VendorFailure, 'provider' | 'row' | 'vendorCode'> {
  /** Whether the body was one of Runway's, and not of something between us. */
  readonly isVendors: boolean;
  /** The header, seconds. */
  readonly retryAfter: string | null;
}

/** The typed error for an answer that is no success. */
export function runwayError({ isVendors, retryAfter, ...failure }: RunwayFailure): AppError {
  const { status, message } = failure;
  const row =
    status === 400 && NO_CREDITS.test(message) ? OUT_OF_CREDITS : (RUNWAY_ERRORS[status] ?? byStatus(status));
  const seconds = Number(retryAfter ?? Number.NaN);
  const waits = row.code === 'provider_rate_limited' && seconds > 0;
  return vendorError({
    ...{ ...failure, provider: PROVIDER, vendorCode: isVendors ? `${status}` : null },
    row: waits ? { ...row, retryAfterMs: Math.min(seconds, 3_600) * 1_000 } : row,
  });
}

function byStatus(status: number): VendorErrorRow {
  if (status === 403) return refused('provider_auth_failed', `Runway refused the call. ${KEYS}`);
  if (status === 402) return OUT_OF_CREDITS;
  if (status >= 400 && status < 500) return refused('provider_failed', 'Runway refused the call.');
  return lost('Runway answered with something that is no result.');
}

interface FailureRow {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly words: string;
  readonly retryAfterMs?: number;
}

const BROKEN: FailureRow = {
  code: 'provider_failed',
  retryable: true,
  words: 'Runway could not make the video.',
};
/** By the beginning of the failure code, the longest first. To repeat what was rejected as an input risks the account. */
const FAILURES: readonly (readonly [string, FailureRow])[] = [
  ['INPUT_PREPROCESSING.SAFETY', rejected("Runway's content rules do not allow this input.")],
  ['SAFETY.INPUT', rejected("Runway's content rules do not allow this input.")],
  ['SAFETY.OUTPUT', rejected("Runway's content rules do not allow what came out.")],
  ['SAFETY', rejected("Runway's content rules do not allow this.")],
  [
    'INTERNAL.BAD_OUTPUT',
    {
      code: 'provider_failed',
      retryable: false,
      words: `What came out was too bad to deliver, and would be again. ${CHANGE}`,
    },
  ],
  [
    'ASSET.INVALID',
    { code: 'invalid_input', retryable: false, words: 'Runway could not use the picture. Choose another.' },
  ],
  [
    'THIRD_PARTY.UNAVAILABLE',
    {
      ...{ code: 'provider_unavailable', retryable: true, retryAfterMs: 60_000 },
      words: 'The model behind Runway is not available now; it is tried again.',
    },
  ],
];

function rejected(words: string): FailureRow {
  return { code: 'content_rejected', retryable: false, words: `${words} ${CHANGE}` };
}

/** Why a task that the vendor took came to nothing. `chargeable`: its credits were not given back. */
export function taskFailure(code: string | null, message: string, chargeable: boolean): AppError {
  const [, row] = FAILURES.find(([start]) => code?.startsWith(start) === true) ?? [null, BROKEN];
  return new AppError(row.code, row.words, {
    ...{ provider: PROVIDER, outcome: 'accepted', chargeable, retryable: row.retryable },
    vendorMessage: message,
    ...(code === null ? {} : { vendorCode: code }),
    ...(row.retryAfterMs === undefined ? {} : { retryAfterMs: row.retryAfterMs }),
  });
}

/** It was stopped, by us or by somebody with the key: whoever did wants no other. */
export const taskStopped = (chargeable: boolean): AppError =>
  new AppError('provider_failed', 'The task was stopped at Runway.', {
    ...{ provider: PROVIDER, outcome: 'accepted', chargeable, retryable: false },
  });
