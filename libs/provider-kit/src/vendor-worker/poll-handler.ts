import type { Envelope, PayloadOf, pollBatchV1 } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { alarmOf, lookAt, notAsked, type Look, type PollTask } from './look';
import { outcomePayload } from './outcome-payload';
import { publishSeen } from './seen-publisher';
import type { VideoFetcher } from './video-fetcher';
import type { WorkerParts } from './worker-parts';

type PollBatch = PayloadOf<typeof pollBatchV1>;

/** Our clock and job-orchestrator's may differ by so much. Milliseconds. */
const SKEW_MS = 5_000;
/** For one call of the vendor, and for all calls of one message. */
const CALL_MS = 20_000;
const MESSAGE_MS = 30_000;
/** An answer is worth no longer wait than this: the planner asks again. */
const REPORT_MS = 10_000;

/** Handles `polls.<provider>`: at most once, dropped when late, one report for all tasks of a message. Never throws. */
export class PollHandler {
  constructor(
    private readonly parts: WorkerParts,
    private readonly fetcher: VideoFetcher,
  ) {}

  async handle(batch: PollBatch, envelope: Pick<Envelope, 'id' | 'correlationId'>): Promise<void> {
    const { logger, metrics } = this.parts;
    if (Date.now() > Date.parse(batch.expiresAt) + SKEW_MS) {
      metrics.pollDropped('expired');
      logger.debug(
        { pollId: envelope.id, expiresAt: batch.expiresAt },
        'a poll that came too late was dropped',
      );
      return;
    }
    const looks = await this.look(batch);
    this.fetchWhatNeedsTheKey(batch, looks);
    const until = performance.now() + REPORT_MS;
    try {
      const answers = batch.tasks.map((task) => this.answerFor(task, looks.get(task)));
      const { credential } = batch;
      const sighting = { credential, via: 'poll' as const, answers, ...nameOf(envelope) };
      await publishSeen(this.parts, sighting, (waitMs) => performance.now() + waitMs < until);
    } catch (error) {
      metrics.pollDropped('unreported');
      logger.warn(
        { err: error, pollId: envelope.id },
        'what a poll gave could not be told; it is asked again',
      );
    }
  }

  private async look({ tasks, credential }: PollBatch): Promise<ReadonlyMap<PollTask, Look>> {
    const { adapter, credentials, metrics } = this.parts;
    const deadline = AbortSignal.timeout(MESSAGE_MS);
    try {
      const call = {
        credential: await credentials.get(credential),
        timeoutMs: CALL_MS,
        signal: deadline,
      };
      return await lookAt(tasks, adapter, call, metrics);
    } catch (error) {
      // The key cannot be had, so that nobody was asked.
      const look = notAsked(AppError.from(error));
      return new Map(tasks.map((task) => [task, look]));
    }
  }

  private fetchWhatNeedsTheKey({ credential }: PollBatch, looks: ReadonlyMap<PollTask, Look>): void {
    for (const [task, { outcome, vendorTaskId }] of looks) {
      if (outcome.kind !== 'succeeded' || outcome.videos[0]?.needsKey !== true) continue;
      this.fetcher.begin({ credential, task: { ...task, vendorTaskId }, outcome });
    }
  }

  private answerFor({ attemptId, pollNo }: PollTask, look: Look | undefined) {
    const { vendorTaskId, outcome } = look ?? notAsked(AppError.from('nothing was asked'));
    const alarm = look === undefined ? undefined : alarmOf(look);
    if (alarm !== undefined) {
      this.parts.metrics.alarm(alarm.kind);
      this.parts.logger.warn({ attemptId, ...alarm }, 'the vendor said something that we do not understand');
    }
    return { attemptId, pollNo, vendorTaskId, outcome: outcomePayload(outcome) };
  }
}

const nameOf = ({ id, correlationId }: Pick<Envelope, 'id' | 'correlationId'>) => ({
  id: `${id}:seen`,
  correlationId,
});
