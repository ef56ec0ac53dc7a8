import type { Readable } from 'node:stream';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { jobStateMachine, toYunwuStatus, type YunwuProgress } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import { Drafts } from '../generate/drafts';
import { notFound } from '../http/path-id';
import { UserStreams } from '../http/user-streams';
import type { Caller } from '../jobs/jobs';
import { LOGGER } from '../platform/parts';

/** Said again after this also where nothing has changed, so that never more than three seconds are silent. Milliseconds. */
const REPEAT_MS = 1_900;

type States = Awaited<ReturnType<Drafts['states']>>;

/** Progress of tasks as server-sent events, in the words of the storyboard tool. */
@Injectable()
export class YunwuProgressStreams implements OnModuleDestroy {
  private readonly streams = new UserStreams(
    'You watch too many lists of tasks already. Close one, or watch more tasks in one list.',
  );

  constructor(
    private readonly drafts: Drafts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleDestroy(): void {
    this.streams.close();
  }

  /**
   * Events until every task has ended: `progress` at each change and at least each three seconds, then `done`. Throws `not_found` for a
   * task that is not the caller's, and `rate_limited` for one stream too many.
   */
  async start(taskIds: readonly string[], caller: Caller): Promise<Readable> {
    const first = await this.drafts.states(taskIds, caller.userId, caller.requestId);
    const found = new Set(first.map(({ jobId }) => jobId));
    const missing = taskIds.find((id) => !found.has(id));
    if (missing !== undefined) throw notFound('task', missing);
    return this.streams.start(caller.userId, (turns) => this.untilAllEnded(taskIds, caller, turns));
  }

  private async *untilAllEnded(
    taskIds: readonly string[],
    caller: Caller,
    turns: AsyncGenerator<void>,
  ): AsyncGenerator<string> {
    let said = '';
    let saidAt = -Infinity;
    for await (const _turn of turns) {
      const states = await this.look(taskIds, caller);
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
}

function toProgress({ jobId, status, stage, progress }: States[number]): YunwuProgress {
  return { task_id: jobId, status: toYunwuStatus({ status, stage, handedOver: false }), progress };
}
