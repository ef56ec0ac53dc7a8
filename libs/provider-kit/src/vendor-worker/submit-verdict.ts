import { AppError } from '@shotloom/kernel';
import { redact, type Submitted } from '../vendor';

/** What is told to job-orchestrator of one submit; exactly one of these. */
export type SubmitVerdict =
  | { readonly kind: 'submitted'; readonly submitted: Submitted }
  | { readonly kind: 'refused'; readonly error: AppError }
  | { readonly kind: 'uncertain'; readonly error: AppError };

/** For what failed before the vendor was called: whatever it was, nothing was bought. */
export function refusedBefore(thrown: unknown, provider: string): SubmitVerdict {
  const record = AppError.from(thrown).toRecord();
  return { kind: 'refused', error: AppError.fromRecord({ ...record, provider, outcome: 'refused' }) };
}

/**
 * For what `adapter.submit` threw. Only a typed refusal is one; all else, our own mistakes too, may have bought a video. `secrets` are
 * cut out of what is no typed error.
 */
export function judgeFailure(thrown: unknown, provider: string, secrets: Iterable<string>): SubmitVerdict {
  if (!(thrown instanceof AppError)) {
    const reason = redact(thrown instanceof Error ? thrown.message : String(thrown), secrets);
    return { kind: 'uncertain', error: lostAnswer(provider, reason) };
  }
  const record = thrown.toRecord();
  const named = { ...record, provider: record.provider ?? provider };
  if (record.outcome !== 'refused') return { kind: 'uncertain', error: AppError.fromRecord(named) };
  // The adapter says so when we stopped it before the request had left; nobody asked for the job to be cancelled.
  const error = record.code === 'cancelled' ? stoppedInTime(provider) : AppError.fromRecord(named);
  return { kind: 'refused', error };
}

/** A send whose answer is not known, or not waited for any longer. */
export function lostAnswer(provider: string, reason: string): AppError {
  const message = `The task was on its way to ${provider} when this happened: ${reason}. A video may be under way: it is looked up, never sent again.`;
  return new AppError('submit_unknown', message, { provider, outcome: 'unknown', retryable: false });
}

/** Nothing was sent: another worker, or another moment, may do it. */
export function stoppedInTime(provider: string): AppError {
  const message = `The task was stopped before it was sent to ${provider}; nothing was ordered, and it is tried again.`;
  return new AppError('unavailable', message, { provider, retryable: true });
}
