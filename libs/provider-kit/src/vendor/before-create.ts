import { AppError } from '@shotloom/kernel';
import type { VendorCall } from './vendor-account';

/**
 * For a call that comes before a create and buys nothing, such as the upload of a picture: whatever becomes of it, nothing was ordered.
 * Rejects with the same error, as a refusal.
 */
export async function beforeCreate<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw AppError.fromRecord({ ...AppError.from(error).toRecord(), outcome: 'refused' });
  }
}

/**
 * Several calls under the deadline of one: each time it is asked it gives the call with the time that is left. Throws a refusal where
 * there is none, since the create, which is the last, was not sent.
 */
export function sharedDeadline(provider: string, call: VendorCall, defaultMs: number): () => VendorCall {
  const until = performance.now() + (call.timeoutMs ?? defaultMs);
  return () => {
    const timeoutMs = Math.floor(until - performance.now());
    if (timeoutMs > 0) return { ...call, timeoutMs };
    const words = `The pictures took so long to reach ${provider} that there was no time left to order the video; it is tried again.`;
    throw new AppError('provider_timeout', words, { provider, outcome: 'refused', retryable: true });
  };
}
