import { AppError, type ErrorCode } from '@shotloom/kernel';

/**
 * Why nothing came. `refused`: we do not go there. `ended`: the server says that the link is no good (any more).
 * `too_large`: more bytes than allowed. `unavailable`: no answer, a bad one or half of one; another try may get it.
 * `cancelled`: the caller stopped it.
 */
export type FetchFailureKind = 'refused' | 'ended' | 'too_large' | 'unavailable' | 'cancelled';

const CODES: Readonly<Record<FetchFailureKind, ErrorCode>> = {
  refused: 'invalid_input',
  ended: 'not_found',
  too_large: 'payload_too_large',
  unavailable: 'unavailable',
  cancelled: 'cancelled',
};

/** The message names host and path at most, and there is no cause: queries can be secrets, and errors of others quote URLs. */
export class FetchFailure extends AppError {
  constructor(
    readonly kind: FetchFailureKind,
    message: string,
    options: { readonly retryAfterMs?: number | undefined } = {},
  ) {
    const { retryAfterMs } = options;
    const retryable = kind === 'unavailable' || kind === 'cancelled';
    super(CODES[kind], message, { retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    this.name = 'FetchFailure';
  }
}
