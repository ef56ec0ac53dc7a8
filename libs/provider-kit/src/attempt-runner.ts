import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { DeadLetter, RetryLater, type Bus } from '@shotloom/bus';
import { beginAttemptRpc, releaseLeaseRpc, type RenderedObject, type RpcResponse } from '@shotloom/contracts';
import { AppError, assertNever } from '@shotloom/kernel';
import type { ObjectStore } from '@shotloom/object-store';
import type { Logger } from '@shotloom/service-kit';
import { AttemptReporter } from './attempt-reporter';
import { LeaseKeeper } from './lease-keeper';
import type { RenderEngine, RenderTask } from './render-engine';
import { RenderStopped, StopSwitch } from './stop-reason';
import { downloadInputs, uploadResult } from './transfer';
import type { WorkDirs } from './work-dirs';
import type { AttemptOutcome, WorkerMetrics } from './worker-metrics';

export interface RunnerParts {
  readonly engine: RenderEngine;
  readonly bus: Bus;
  readonly objectStore: ObjectStore;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
  readonly workDirs: WorkDirs;
  readonly workerId: string;
  readonly maxInputBytes: number;
}

type Grant = Extract<RpcResponse<typeof beginAttemptRpc>, { granted: true }>;

/** Another worker may take the message at once; a restart of this one is soon enough too. */
const HAND_BACK_MS = 1_000;
/** How long an engine may take to stop. Longer, and we go on without it: a lease must not wait for a hanging process. */
const STOP_GRACE_MS = 10_000;

/** Takes attempts through their whole life at this worker. Design, section 4: lease, fence, report, then ack. */
export class AttemptRunner {
  private readonly running = new Set<StopSwitch>();
  private stopping = false;

  constructor(private readonly parts: RunnerParts) {}

  /** From now on nothing is begun; what runs is stopped, unreported, and its message handed back. */
  stopAll(): void {
    this.stopping = true;
    for (const stop of this.running) stop.stop('stopping');
  }

  /** Handles one `work.submit`. Returns when the message is spent; throws when it must come again. */
  async run(message: { readonly attemptId: string; readonly jobId: string }): Promise<void> {
    if (this.stopping) throw new RetryLater('This worker is stopping.', HAND_BACK_MS);
    const { bus, workerId, logger, metrics } = this.parts;
    const askedAt = performance.now();
    const { attemptId } = message;
    const answer = await bus.request(
      beginAttemptRpc,
      { attemptId, workerId },
      { correlationId: message.jobId },
    );
    if (!answer.granted) {
      // Never acked in silence: a database was restored, or a message was forged, and somebody has to look.
      if (answer.reason === 'unknown_attempt') throw new DeadLetter(`There is no attempt ${attemptId}.`);
      logger.info({ attemptId, reason: answer.reason }, 'the attempt is not ours to render');
      metrics.ended('refused', 0);
      return;
    }
    metrics.inFlight(1);
    try {
      const outcome = await this.runGranted(attemptId, answer, askedAt);
      const seconds = (performance.now() - askedAt) / 1000;
      metrics.ended(outcome, seconds);
      logger.info({ attemptId, jobId: answer.jobId, outcome, seconds }, 'the attempt has ended here');
      if (outcome === 'stopped') {
        await this.release(attemptId, answer.fence);
        throw new RetryLater('This worker is stopping.', HAND_BACK_MS);
      }
      if (outcome === 'unreported') throw new RetryLater('The outcome could not be reported in time.');
    } finally {
      metrics.inFlight(-1);
    }
  }

  /** Gives the lease back, so that the message that we hand back is not turned away until it lapses. */
  private async release(attemptId: string, fence: number): Promise<void> {
    const { bus, workerId, logger } = this.parts;
    try {
      await bus.request(releaseLeaseRpc, { attemptId, fence, workerId });
    } catch (error) {
      logger.warn({ err: error, attemptId }, 'the lease could not be given back; it lapses by itself');
    }
  }

  private async runGranted(attemptId: string, grant: Grant, askedAt: number): Promise<AttemptOutcome> {
    const { bus, engine, logger, workerId } = this.parts;
    const { fence, jobId, leaseSeconds } = grant;
    const stop = new StopSwitch();
    this.running.add(stop);
    if (this.stopping) stop.stop('stopping');
    const lease = new LeaseKeeper(
      bus,
      { attemptId, fence, workerId, leaseSeconds, askedAt },
      logger,
      (reason) => stop.stop(reason),
    );
    const deadline = setTimeout(() => stop.stop('late'), grant.remainingSeconds * 1000);
    const facts = { provider: engine.provider, attemptId, jobId, fence };
    const reporter = new AttemptReporter(bus, facts, () => lease.remainingMs);
    try {
      const { result, label } = await this.produce(attemptId, grant, stop, lease);
      // Before the report: once it is out the attempt ends, and a renewal would be told that the lease is lost.
      await lease.close();
      return await this.reported('succeeded', attemptId, () => reporter.succeeded(result, label));
    } catch (error) {
      await lease.close();
      return await this.concludeFailure(attemptId, stop, error, reporter);
    } finally {
      clearTimeout(deadline);
      this.running.delete(stop);
    }
  }

  /** From inputs to an object in the store. Throws `RenderStopped` when stopped, at whatever step. */
  private async produce(
    attemptId: string,
    grant: Grant,
    stop: StopSwitch,
    lease: LeaseKeeper,
  ): Promise<{ readonly result: RenderedObject; readonly label: string | null }> {
    const { engine, objectStore, workDirs, maxInputBytes } = this.parts;
    const key = `attempts/${attemptId}/${grant.fence}.mp4`;
    const workDir = await workDirs.create(attemptId);
    try {
      stop.check();
      const inputs = await downloadInputs(objectStore, grant.request.inputs, {
        dir: workDir,
        maxBytes: maxInputBytes,
        signal: stop.signal,
      });
      const task: RenderTask = {
        attemptId,
        jobId: grant.jobId,
        request: grant.request,
        inputs,
        workDir,
        signal: stop.signal,
        deadlineAt: new Date(Date.now() + grant.remainingSeconds * 1000),
        report: (progress, step) => lease.report(progress, step),
      };
      const rendered = await settledSoonAfter(stop, engine.render(task));
      stop.check();
      lease.report(1, 'Storing the video');
      const result = await uploadResult(objectStore, rendered, key, stop.signal);
      if (stop.reason !== undefined) await this.discard(key);
      stop.check();
      return { result, label: rendered.label };
    } catch (error) {
      stop.check();
      throw error;
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
  }

  private async concludeFailure(
    attemptId: string,
    stop: StopSwitch,
    error: unknown,
    reporter: AttemptReporter,
  ): Promise<AttemptOutcome> {
    if (!(error instanceof RenderStopped)) {
      const known = asProviderError(error, this.parts.engine.provider);
      this.parts.logger.warn({ err: error, attemptId, code: known.code }, 'the render failed');
      return this.reported('failed', attemptId, () => reporter.failed(known));
    }
    switch (error.reason) {
      case 'cancelled':
        return this.reported('cancelled', attemptId, () => reporter.cancelled());
      case 'late':
        return this.reported('failed', attemptId, () => reporter.failed(tooLate(this.parts.engine.provider)));
      case 'lost':
      case 'lapsed':
        return error.reason;
      case 'stopping':
        return 'stopped';
      default:
        return assertNever(error.reason, 'reason');
    }
  }

  private async reported(
    outcome: AttemptOutcome,
    attemptId: string,
    publish: () => Promise<void>,
  ): Promise<AttemptOutcome> {
    try {
      await publish();
      return outcome;
    } catch (error) {
      this.parts.logger.error({ err: error, attemptId, outcome }, 'the outcome could not be reported');
      return 'unreported';
    }
  }

  /** Nobody will ask for this object. Where it cannot be removed now, the orphan sweep does it. */
  private async discard(key: string): Promise<void> {
    try {
      await this.parts.objectStore.remove(key);
    } catch (error) {
      this.parts.logger.warn({ err: error, key }, 'a result that is not wanted could not be removed');
    }
  }
}

/** The engine's result; once stopped, an engine that does not come to an end is left behind. */
async function settledSoonAfter<T>(stop: StopSwitch, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const grace = async (): Promise<never> => {
    await new Promise<void>((resolve) => {
      if (stop.signal.aborted) resolve();
      else stop.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await delay(STOP_GRACE_MS, undefined, { signal: over.signal });
    throw new RenderStopped(stop.reason ?? 'stopping');
  };
  const late = grace();
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

function asProviderError(thrown: unknown, provider: string): AppError {
  const error = AppError.from(thrown);
  return AppError.fromRecord({ ...error.toRecord(), provider: error.provider ?? provider });
}

const tooLate = (provider: string): AppError =>
  new AppError('provider_timeout', 'The video was not ready before the deadline, and the work was stopped.', {
    provider,
    outcome: 'accepted',
    retryable: false,
  });
