import { DeadLetter, RetryLater } from '@shotloom/bus';
import {
  attemptRefusedV1,
  attemptSubmittedV1,
  attemptUncertainV1,
  beginSubmitRpc,
  subjects,
} from '@shotloom/contracts';
import { assertNever } from '@shotloom/kernel';
import { errorPayload } from '../error-payload';
import { publishStubbornly } from '../publish-stubbornly';
import { SendWindow } from './send-window';
import { SubmitSender } from './submit-sender';
import type { SubmitVerdict } from './submit-verdict';
import type { WorkerParts } from './worker-parts';

/** Another worker may take the message at once; a restart of this one is soon enough too. Milliseconds. */
const HAND_BACK_MS = 1_000;

interface Sent {
  readonly attemptId: string;
  readonly jobId: string;
  readonly fence: number;
}

/**
 * Handles `work.<provider>.submit`. Design, section 4: fence, send once, report, then ack. A message that comes again after a crash is
 * told that the attempt has begun, and is spent: only job-orchestrator may find out what became of it.
 */
export class SubmitHandler {
  private readonly sender: SubmitSender;
  private stopping = false;
  private mute = false;

  constructor(private readonly parts: WorkerParts) {
    this.sender = new SubmitSender(parts);
  }

  /** From now on nothing is begun; what was granted and has not left is handed back as refused. */
  stop(): void {
    this.stopping = true;
    this.sender.stop();
  }

  /** Brings what is under way to a verdict at once. */
  abandonSends(): void {
    this.sender.abandon();
  }

  /** Gives up on reports that the stream does not take: silence becomes uncertain by itself. */
  abandonReports(): void {
    this.mute = true;
  }

  /** Returns when the message is spent; throws when it must come again. */
  async handle({ attemptId, jobId }: { readonly attemptId: string; readonly jobId: string }): Promise<void> {
    if (this.stopping) throw new RetryLater('This worker is stopping.', HAND_BACK_MS);
    const { bus, workerId, logger, metrics } = this.parts;
    const askedAt = performance.now();
    const answer = await bus.request(beginSubmitRpc, { attemptId, workerId }, { correlationId: jobId });
    if (!answer.granted) {
      // Never acked in silence: a database was restored, or a message was forged, and somebody has to look.
      if (answer.reason === 'unknown_attempt') throw new DeadLetter(`There is no attempt ${attemptId}.`);
      logger.info({ attemptId, reason: answer.reason }, 'the attempt is not ours to send');
      metrics.submit('not_granted');
      return;
    }
    const window = new SendWindow(askedAt, answer.sendSeconds);
    const verdict = await this.sender.send(attemptId, answer, window);
    await this.report({ attemptId, jobId: answer.jobId, fence: answer.fence }, verdict);
  }

  private async report(sent: Sent, verdict: SubmitVerdict): Promise<void> {
    const { logger, metrics } = this.parts;
    const { attemptId, jobId } = sent;
    try {
      await this.publish(sent, verdict);
    } catch (error) {
      metrics.submit('unreported');
      logger.error({ err: error, attemptId, jobId, verdict: verdict.kind }, 'a submit could not be reported');
      throw new RetryLater('The submit could not be reported.');
    }
    if (verdict.kind === 'submitted') {
      const { vendorTaskId, adopted } = verdict.submitted;
      metrics.submit(adopted ? 'adopted' : 'submitted');
      logger.info({ attemptId, jobId, vendorTaskId, adopted }, 'the vendor has the task');
      return;
    }
    metrics.submit(verdict.kind);
    const { code, message } = verdict.error;
    logger.warn({ attemptId, jobId, verdict: verdict.kind, code, reason: message }, 'the submit failed');
  }

  private publish(sent: Sent, verdict: SubmitVerdict): Promise<void> {
    const { bus, adapter } = this.parts;
    const { attemptId, jobId, fence } = sent;
    const options = {
      subject: subjects.attempts(adapter.provider),
      correlationId: jobId,
      id: `${attemptId}:${fence}:${verdict.kind}`,
    };
    const named = { attemptId, fence };
    const mayWait = (): boolean => !this.mute;
    switch (verdict.kind) {
      case 'submitted': {
        const { vendorTaskId, externalTaskId, adopted, notes } = verdict.submitted;
        const payload = { ...named, vendorTaskId, externalTaskId, adopted, notes: [...notes] };
        return publishStubbornly(bus, attemptSubmittedV1, payload, options, mayWait);
      }
      case 'refused': {
        const payload = { ...named, error: errorPayload(verdict.error) };
        return publishStubbornly(bus, attemptRefusedV1, payload, options, mayWait);
      }
      case 'uncertain': {
        const payload = { ...named, error: errorPayload(verdict.error) };
        return publishStubbornly(bus, attemptUncertainV1, payload, options, mayWait);
      }
      default:
        return assertNever(verdict, 'verdict');
    }
  }
}
