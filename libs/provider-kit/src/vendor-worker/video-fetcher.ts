import { Readable } from 'node:stream';
import type { CredentialRef, VendorOutcome, VendorTaskRef } from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import type { PollOutcome } from '../vendor';
import { costPayload, outcomePayload } from './outcome-payload';
import { publishSeen } from './seen-publisher';
import { readTaskRef } from './task-ref';
import type { WorkerParts } from './worker-parts';

type Succeeded = Extract<PollOutcome, { kind: 'succeeded' }>;

export interface FinishedTask {
  readonly credential: CredentialRef;
  readonly task: VendorTaskRef;
  readonly outcome: Succeeded;
}

/** Fetches at the same time; who finds no place is fetched after a later poll. */
const AT_ONCE = 4;
/** Between two pieces of a video, and for all of it. Milliseconds. */
const PAUSE_MS = 30_000;
const WHOLE_MS = 15 * 60_000;
/** As storage takes from a link. */
const MAX_BYTES = 2 * 1024 ** 3;
/** For the report, while NATS does not take it. Milliseconds. */
const REPORT_MS = 30_000;

/**
 * Brings videos home that only the vendor's key opens: from the vendor into the object store as it flows, then a report as of a poll. The
 * key stays in this worker. Nothing is remembered: a worker that dies in the middle leaves an attempt that is polled again, by anybody.
 */
export class VideoFetcher {
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly stopped = new AbortController();

  constructor(private readonly parts: WorkerParts) {}

  /** Begins, unless this worker is at it already or at too many. */
  begin(finished: FinishedTask): void {
    const { attemptId } = finished.task;
    if (this.stopped.signal.aborted || this.underWay.has(attemptId) || this.underWay.size >= AT_ONCE) return;
    const work = this.bringHome(finished).finally(() => this.underWay.delete(attemptId));
    this.underWay.set(attemptId, work);
  }

  /** Gives up what is under way; resolves when it has let go of it. */
  async stop(): Promise<void> {
    this.stopped.abort(new Error('the worker stopped'));
    await Promise.all(this.underWay.values());
  }

  /** Never rejects. */
  private async bringHome(finished: FinishedTask): Promise<void> {
    const { logger, metrics } = this.parts;
    const { attemptId } = finished.task;
    try {
      await this.tell(finished, await metrics.timed('fetch', () => this.fetch(finished)));
    } catch (thrown) {
      const error = AppError.from(thrown);
      logger.warn({ err: error, attemptId }, 'a finished video could not be fetched; it is tried again');
      if (this.stopped.signal.aborted) return;
      await this.tell(finished, outcomePayload({ kind: 'unavailable', error })).catch((err: unknown) =>
        logger.warn({ err, attemptId }, 'that a video could not be fetched could not be told'),
      );
    }
  }

  private async fetch({ credential, task, outcome }: FinishedTask): Promise<VendorOutcome> {
    const { adapter, credentials, objectStore } = this.parts;
    const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(WHOLE_MS)]);
    const call = { credential: await credentials.get(credential), timeoutMs: PAUSE_MS, signal };
    const opened = await adapter.openVideo?.(readTaskRef(task), call);
    if (opened === undefined) throw cannotOpen(adapter.provider);
    const [first] = outcome.videos;
    const durationSeconds = first?.durationSeconds ?? null;
    if (opened.kind === 'link') {
      const video = { url: opened.url, expiresAt: first?.expiresAt ?? null, durationSeconds };
      return outcomePayload({ ...outcome, videos: [video] });
    }
    const { contentType, sizeBytes, body } = opened;
    // A place that nobody else writes to; storage removes what else lies below the attempt.
    const key = `attempts/${task.attemptId}/${newId()}`;
    const { size, sha256 } = await objectStore.put(key, Readable.from(body), {
      ...{ contentType, signal, maxBytes: MAX_BYTES },
      ...(sizeBytes === null ? {} : { size: sizeBytes }),
    });
    const object = { kind: 'object' as const, key, contentType, sizeBytes: size, sha256 };
    return {
      ...{ kind: 'succeeded', videos: [{ url: '', expiresAt: null, durationSeconds, object }] },
      cost: costPayload(outcome.cost),
    };
  }

  private tell({ credential, task }: FinishedTask, outcome: VendorOutcome): Promise<void> {
    const { attemptId, vendorTaskId } = task;
    const answers = [{ attemptId, pollNo: null, vendorTaskId, outcome }];
    const id = `${attemptId}:fetched:${newId()}`;
    const sighting = { credential, via: 'poll' as const, answers, correlationId: attemptId, id };
    const until = performance.now() + REPORT_MS;
    return publishSeen(this.parts, sighting, (waitMs) => performance.now() + waitMs < until);
  }
}

const cannotOpen = (provider: string): AppError =>
  new AppError('internal', `${provider} says that its video needs the key, but the adapter cannot open it.`, {
    provider,
  });
