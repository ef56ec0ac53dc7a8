import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { jobStateMachine, toYunwuStatus, type YunwuProgress } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { Drafts } from '../generate/drafts';
import { notFound } from '../http/path-id';
import type { Caller } from '../jobs/jobs';
import { LOGGER } from '../platform/parts';

/** How often the states are looked at. Milliseconds. */
const LOOK_MS = 1_000;
/** Said again after this also where nothing has changed, so that never more than three seconds are silent. Milliseconds. */
const REPEAT_MS = 1_900;
/** Then the browser comes again by itself, and is asked anew who it is. Milliseconds. */
const LONGEST_MS = 15 * 60_000;
const MOST_STREAMS = 6;

type States = Awaited<ReturnType<Drafts['states']>>;

/** Progress of tasks as server-sent events, in the words of the storyboard tool. */
@Injectable()
export class YunwuProgressStreams implements OnModuleDestroy {
  private readonly open = new Map<string, number>();
  private readonly closing = new AbortController();

  constructor(
    private readonly drafts: Drafts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Ends the streams, which would hold up the end of the process. */
  onModuleDestroy(): void {
    this.closing.abort();
  }

  /**
   * Events until every task has ended: `progress` at each change and at least each three seconds, then `done`. Throws `not_found` for a
   * task that is not the caller's, and `rate_limited` for one stream too many.
   */
  async start(taskIds: readonly string[], caller: Caller): Promise<AsyncGenerator<string>> {
    const first = await this.drafts.states(taskIds, caller.userId, caller.requestId);
    const found = new Set(first.map(({ jobId }) => jobId));
    const missing = taskIds.find((id) => !found.has(id));
    if (missing !== undefined) throw notFound('task', missing);
    if ((this.open.get(caller.userId) ?? 0) >= MOST_STREAMS) {
      const message = `You watch ${MOST_STREAMS} lists of tasks already. Close one, or watch more tasks in one list.`;
      throw new AppError('rate_limited', message, { retryable: true, retryAfterMs: 5_000 });
    }
    return this.events(taskIds, first, caller);
  }

  private async *events(taskIds: readonly string[], first: States, caller: Caller): AsyncGenerator<string> {
    this.count(caller.userId, 1);
    try {
      yield 'retry: 3000\n\n';
      yield* this.untilAllEnded(taskIds, first, caller);
    } finally {
      this.count(caller.userId, -1);
    }
  }

  private async *untilAllEnded(
    taskIds: readonly string[],
    first: States,
    caller: Caller,
  ): AsyncGenerator<string> {
    const end = performance.now() + LONGEST_MS;
    let states: States | undefined = first;
    let said = '';
    let saidAt = -Infinity;
    while (performance.now() < end && !this.closing.signal.aborted) {
      const text = states && JSON.stringify(states.map(toProgress));
      if (text !== undefined && (text !== said || performance.now() - saidAt >= REPEAT_MS)) {
        yield `event: progress\ndata: ${text}\n\n`;
        said = text;
        saidAt = performance.now();
      }
      if (states?.every(({ status }) => jobStateMachine.isTerminal(status))) {
        yield 'event: done\ndata: {}\n\n';
        return;
      }
      await delay(LOOK_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
      states = await this.look(taskIds, caller);
    }
  }

  /** Undefined where nobody answers at the moment: the next look may find somebody. */
  private async look(taskIds: readonly string[], caller: Caller): Promise<States | undefined> {
    try {
      return await this.drafts.states(taskIds, caller.userId, caller.requestId);
    } catch (error) {
      this.logger.warn({ err: error }, 'the progress of tasks could not be read');
      return undefined;
    }
  }

  private count(userId: string, more: number): void {
    const now = (this.open.get(userId) ?? 0) + more;
    if (now > 0) this.open.set(userId, now);
    else this.open.delete(userId);
  }
}

function toProgress({ jobId, status, stage, progress }: States[number]): YunwuProgress {
  return { task_id: jobId, status: toYunwuStatus({ status, stage, handedOver: false }), progress };
}
