import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '@shotloom/bus';
import {
  attemptCancelledV1,
  attemptFailedV1,
  attemptSucceededV1,
  subjects,
  type MessageContract,
  type PayloadOf,
  type RenderedObject,
} from '@shotloom/contracts';
import { backoffMs, type AppError, type RetryPolicy } from '@shotloom/kernel';

export interface AttemptFacts {
  readonly provider: string;
  readonly attemptId: string;
  readonly jobId: string;
  readonly fence: number;
}

const PUBLISH_AGAIN: RetryPolicy = {
  maxAttempts: Infinity,
  baseMs: 200,
  factor: 2,
  maxMs: 3_000,
  jitter: 0.3,
};

/**
 * Tells job-orchestrator what became of an attempt, and waits until the stream has it. Tries again as long as the lease holds
 * (`remainingMs`); the message id makes it count once. Throws what the last try threw.
 */
export class AttemptReporter {
  constructor(
    private readonly bus: Bus,
    private readonly facts: AttemptFacts,
    private readonly remainingMs: () => number,
  ) {}

  succeeded(result: RenderedObject, label: string | null): Promise<void> {
    return this.publish(attemptSucceededV1, { ...this.named, result, label }, 'succeeded');
  }

  failed(error: AppError): Promise<void> {
    return this.publish(attemptFailedV1, { ...this.named, error: toPayload(error) }, 'failed');
  }

  cancelled(): Promise<void> {
    return this.publish(attemptCancelledV1, this.named, 'cancelled');
  }

  private get named(): { attemptId: string; fence: number } {
    return { attemptId: this.facts.attemptId, fence: this.facts.fence };
  }

  private async publish<C extends MessageContract>(
    contract: C,
    payload: PayloadOf<C>,
    outcome: string,
  ): Promise<void> {
    const { provider, jobId, attemptId, fence } = this.facts;
    const id = `${attemptId}:${fence}:${outcome}`;
    for (let failed = 1; ; failed += 1) {
      try {
        await this.bus.publish(contract, payload, {
          subject: subjects.attempts(provider),
          correlationId: jobId,
          id,
        });
        return;
      } catch (error) {
        const wait = backoffMs(PUBLISH_AGAIN, failed);
        if (wait >= this.remainingMs()) throw error;
        await delay(wait);
      }
    }
  }
}

/** The record as the contract has it: mutable lists, and no keys without a value. */
function toPayload(error: AppError): PayloadOf<typeof attemptFailedV1>['error'] {
  const { fields, details, ...rest } = error.toRecord();
  return {
    ...rest,
    ...(fields ? { fields: [...fields] } : {}),
    ...(details ? { details: { ...details } } : {}),
  };
}
