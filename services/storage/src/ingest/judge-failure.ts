import { AppError, assertNever } from '@shotloom/kernel';
import type { VendorLink } from '@shotloom/contracts';
import { FetchFailure } from '@shotloom/guarded-http';
import type { Refusal, Refused } from './verdict';

/** The delivery of the message that an ingest is for. */
export interface Delivery {
  readonly signal?: AbortSignal | undefined;
  /** No other follows: what would be tried again has to be reported. */
  readonly isLast?: boolean;
  /** None came before it, so that none has left anything. */
  readonly isFirst?: boolean;
}

/** What job-orchestrator is told, or undefined where another delivery of the same message may mend it. */
export function judgeFailure(error: unknown, link: VendorLink, delivery: Delivery): Refused | undefined {
  if (delivery.signal?.aborted === true) return undefined;
  if (error instanceof FetchFailure) return judgeFetch(error, link, delivery);
  const known = AppError.from(error);
  // A machine that is too busy to look must not cost a video that is paid for.
  if (known.code === 'media_invalid' && (!known.retryable || delivery.isLast)) {
    return no('invalid', new AppError('media_invalid', known.message, { retryable: true }));
  }
  // Ours was removed by another delivery, or with the attempt: the transaction finds out which.
  if (known.code === 'not_found')
    return failed('missing', 'What was fetched is not in the object store any more.');
  return delivery.isLast ? failed('unreachable', known.message, 'link_unreachable') : undefined;
}

function judgeFetch(error: FetchFailure, link: VendorLink, { isLast }: Delivery): Refused | undefined {
  const { kind, message } = error;
  switch (kind) {
    case 'refused':
    case 'too_large':
      return no('refused', new AppError('ingest_failed', message, { retryable: false }));
    case 'ended':
      return expired(message);
    case 'unavailable':
      if (hasEnded(link)) return expired(message);
      return isLast ? failed('unreachable', message, 'link_unreachable') : undefined;
    case 'cancelled':
      return undefined;
    default:
      return assertNever(kind, 'kind of fetch failure');
  }
}

/** Past its end a link may fail in any way; it is tried all the same, since clocks differ. */
const hasEnded = ({ expiresAt }: VendorLink): boolean =>
  expiresAt !== null && Date.parse(expiresAt) <= Date.now();

const expired = (message: string): Refused =>
  failed('expired', `The link has ended: ${message}`, 'link_expired');

const failed = (outcome: Refusal, message: string, reason?: string): Refused =>
  no(
    outcome,
    new AppError('ingest_failed', message, { retryable: true, ...(reason ? { details: { reason } } : {}) }),
  );

const no = (outcome: Refusal, error: AppError): Refused => ({ ok: false, outcome, error });
