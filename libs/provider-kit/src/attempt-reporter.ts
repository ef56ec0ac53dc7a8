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
import type { AppError } from '@shotloom/kernel';
import { errorPayload } from './error-payload';
import { publishStubbornly } from './publish-stubbornly';

export interface AttemptFacts {
  readonly provider: string;
  readonly attemptId: string;
  readonly jobId: string;
  readonly fence: number;
}

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
    return this.publish(attemptFailedV1, { ...this.named, error: errorPayload(error) }, 'failed');
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
    const options = {
      subject: subjects.attempts(provider),
      correlationId: jobId,
      id: `${attemptId}:${fence}:${outcome}`,
    };
    await publishStubbornly(this.bus, contract, payload, options, (waitMs) => waitMs < this.remainingMs());
  }
}
