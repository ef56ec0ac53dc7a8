import { AppError } from '@shotloom/kernel';
import type { ConsumerSpec } from '@shotloom/contracts';
import { DeadLetter, RetryLater } from './errors';

/** Why a message was given up; the closed set that the metrics' labels use. */
export type DeadKind = 'rejected' | 'exhausted' | 'unreadable' | 'unknown_type' | 'rescued';

/** What becomes of a delivery that did not succeed. */
export type Verdict =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'dead'; readonly deadKind: DeadKind; readonly reason: string };

const JITTER = 0.2;
const DEFAULT_DELAY_MS = 1_000;

/** The consumer's wait after the given failed delivery (1 = the first), up to a fifth shorter at random. */
export function backoffAfter(
  spec: ConsumerSpec,
  deliveryCount: number,
  random: number = Math.random(),
): number {
  const step = Math.min(deliveryCount, spec.backoffMs.length) - 1;
  const full = spec.backoffMs[Math.max(0, step)] ?? DEFAULT_DELAY_MS;
  return Math.round(full * (1 - JITTER * random));
}

export function isLastDelivery(spec: ConsumerSpec, deliveryCount: number): boolean {
  return deliveryCount >= spec.maxDeliver;
}

/** Decides after a handler threw. Only a typed error can say that another try is pointless; all else is tried again. */
export function verdictFor(
  error: unknown,
  spec: ConsumerSpec,
  deliveryCount: number,
  random?: number,
): Verdict {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof DeadLetter) return { kind: 'dead', deadKind: 'rejected', reason };
  if (error instanceof AppError && !error.retryable) {
    return { kind: 'dead', deadKind: 'rejected', reason: `${error.code}: ${reason}` };
  }
  if (isLastDelivery(spec, deliveryCount)) {
    return {
      kind: 'dead',
      deadKind: 'exhausted',
      reason: `failed on the last of ${spec.maxDeliver} deliveries: ${reason}`,
    };
  }
  return { kind: 'retry', delayMs: retryDelay(error, backoffAfter(spec, deliveryCount, random)) };
}

function retryDelay(error: unknown, backoff: number): number {
  if (error instanceof RetryLater) return error.delayMs ?? backoff;
  if (error instanceof AppError) return Math.max(backoff, error.retryAfterMs ?? 0);
  return backoff;
}
