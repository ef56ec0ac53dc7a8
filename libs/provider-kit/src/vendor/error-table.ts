import { AppError, type AppErrorOptions, type CallOutcome, type ErrorCode } from '@shotloom/kernel';
import type { CallEffect } from './call-failure';

/** What one error of a vendor means to us. */
export interface VendorErrorRow {
  readonly code: ErrorCode;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** What it means for a call that would make a task. */
  readonly outcome: CallOutcome;
  /** What happened and what to do. */
  readonly words: string;
  readonly retryAfterMs?: number;
}

/** Nothing was made, and the same request would be refused again. */
export const refusedRow = (code: ErrorCode, words: string): VendorErrorRow => ({
  ...{ code, words, retryable: false, outcome: 'refused' },
});
/** Nothing was made; later it may be. */
export const laterRow = (code: ErrorCode, words: string, retryAfterMs: number): VendorErrorRow => ({
  ...{ code, words, retryAfterMs, retryable: true, outcome: 'refused' },
});
/** The vendor broke after it may have made the task. */
export const lostRow = (words: string): VendorErrorRow => ({
  ...{ code: 'provider_unavailable', words, retryable: true, outcome: 'unknown', retryAfterMs: 5_000 },
});

export interface VendorFailure {
  readonly provider: string;
  readonly row: VendorErrorRow;
  /** HTTP. */
  readonly status: number;
  /** Null where the body was not one of the vendor's. */
  readonly vendorCode: string | null;
  /** The vendor's words, secrets cut out. */
  readonly message: string;
  readonly requestId: string | null;
  readonly effect: CallEffect;
}

/** The typed error for an answer that is no success. After a create that may have been done it is `submit_unknown`. */
export function vendorError({ provider, row, effect, ...failure }: VendorFailure): AppError {
  const options: AppErrorOptions = {
    provider,
    outcome: row.outcome,
    retryable: row.retryable,
    vendorMessage: failure.message,
    ...(failure.vendorCode === null ? {} : { vendorCode: failure.vendorCode }),
    ...(row.retryAfterMs === undefined ? {} : { retryAfterMs: row.retryAfterMs }),
    details: { status: failure.status, requestId: failure.requestId },
  };
  if (effect === 'creates' && row.outcome === 'unknown') {
    const message = `${row.words} A video may be under way; it is never sent again.`;
    return new AppError('submit_unknown', message, { ...options, retryable: false });
  }
  return new AppError(row.code, row.words, options);
}
