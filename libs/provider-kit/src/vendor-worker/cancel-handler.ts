import {
  attemptCancelAnsweredV1,
  subjects,
  type Envelope,
  type PayloadOf,
  type workCancelV1,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { errorPayload } from '../error-payload';
import { publishStubbornly } from '../publish-stubbornly';
import { readTaskRef } from './task-ref';
import type { WorkerParts } from './worker-parts';

type WorkCancel = PayloadOf<typeof workCancelV1>;
type Answer = PayloadOf<typeof attemptCancelAnsweredV1>;
type CancelAnswer = Pick<Answer, 'verdict' | 'error'>;

const CALL_MS = 20_000;
/** Then the message comes again, and the vendor is asked once more: to cancel twice does no harm. Milliseconds. */
const REPORT_MS = 20_000;

/** Handles `work.<provider>.cancel`: asks the vendor to stop, as far as it can, and tells what it said. */
export class CancelHandler {
  constructor(private readonly parts: WorkerParts) {}

  async handle(cancel: WorkCancel, envelope: Pick<Envelope, 'id'>): Promise<void> {
    const { bus, adapter, logger } = this.parts;
    const { attemptId } = cancel.task;
    const answer = await this.ask(cancel);
    logger.info(
      { attemptId, jobId: cancel.jobId, verdict: answer.verdict },
      'the vendor was asked to cancel',
    );
    const until = performance.now() + REPORT_MS;
    await publishStubbornly(
      bus,
      attemptCancelAnsweredV1,
      { attemptId, ...answer },
      {
        subject: subjects.attempts(adapter.provider),
        correlationId: cancel.jobId,
        id: `${attemptId}:cancel:${envelope.id}`,
      },
      (waitMs) => performance.now() + waitMs < until,
    );
  }

  private async ask({ credential, task }: WorkCancel): Promise<CancelAnswer> {
    const { adapter, credentials, metrics } = this.parts;
    if (adapter.cancel === undefined) return { verdict: 'tooLate', error: null };
    try {
      const ref = readTaskRef(task);
      const call = { credential: await credentials.get(credential), timeoutMs: CALL_MS };
      const verdict = await metrics.timed('cancel', async () => adapter.cancel?.(ref, call));
      return { verdict: verdict ?? 'tooLate', error: null };
    } catch (error) {
      return { verdict: 'unavailable', error: errorPayload(AppError.from(error)) };
    }
  }
}
