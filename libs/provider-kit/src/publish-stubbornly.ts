import { setTimeout as delay } from 'node:timers/promises';
import type { Bus, PublishOptions } from '@shotloom/bus';
import type { MessageContract, PayloadOf } from '@shotloom/contracts';
import { AppError, backoffMs, type RetryPolicy } from '@shotloom/kernel';

const PUBLISH_AGAIN: RetryPolicy = {
  maxAttempts: Infinity,
  baseMs: 200,
  factor: 2,
  maxMs: 3_000,
  jitter: 0.3,
};

/**
 * Publishes until the stream has it, waiting between tries as long as `mayWait` allows the next wait (in milliseconds); the id of the
 * message makes it count once. Throws what the last try threw, and at once where no other try can help.
 */
export async function publishStubbornly<C extends MessageContract>(
  bus: Bus,
  contract: C,
  payload: PayloadOf<C>,
  options: PublishOptions & { readonly id: string },
  mayWait: (waitMs: number) => boolean,
): Promise<void> {
  for (let failed = 1; ; failed += 1) {
    try {
      await bus.publish(contract, payload, options);
      return;
    } catch (error) {
      if (error instanceof AppError && !error.retryable) throw error;
      const wait = backoffMs(PUBLISH_AGAIN, failed);
      if (!mayWait(wait)) throw error;
      await delay(wait);
    }
  }
}
