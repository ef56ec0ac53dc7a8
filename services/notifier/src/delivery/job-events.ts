import type { Bus, OrderedMessage } from '@shotloom/bus';
import { jobChangedV1, jobProgressV1, STREAMS, subjects, userOfJobs } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import type { JobEvent } from './job-event';

/**
 * The one ordered consumer of this replica on JOBS, and progress from core NATS. From now on only: what was before is
 * the snapshot's. What no client here watches is not read. Resolves when events are really being read, so that a snapshot read afterwards misses none.
 */
export async function readJobEvents(
  bus: Pick<Bus, 'readOrdered' | 'subscribe'>,
  onEvent: (event: JobEvent) => void,
  logger: Logger,
  isWatched: (userId: string) => boolean = () => true,
): Promise<{ stop(): Promise<void> }> {
  const reader = await bus.readOrdered({
    stream: STREAMS.jobs.name,
    filter: subjects.allJobs,
    isWanted: (subject) => isWatched(userOfJobs(subject)),
    onMessage: (message) => {
      const event = toEvent(message, logger);
      if (event) onEvent(event);
    },
  });
  const progress = bus.subscribe(jobProgressV1, subjects.allProgress, (payload) =>
    onEvent({ kind: 'progress', progress: payload }),
  );
  return {
    stop: async () => {
      progress.unsubscribe();
      await reader.stop();
    },
  };
}

/** Undefined for what this replica does not know or cannot read. */
export function toEvent({ envelope, seq }: OrderedMessage, logger: Logger): JobEvent | undefined {
  if (envelope.type !== jobChangedV1.type) {
    // A newer orchestrator may send more kinds than this replica knows: the snapshot after our own upgrade has them.
    logger.debug({ type: envelope.type, seq }, 'ignored a job event of an unknown type');
    return undefined;
  }
  const parsed = jobChangedV1.payload.safeParse(envelope.payload);
  if (parsed.success) return { kind: 'state', state: parsed.data.state, seq };
  logger.error({ seq, messageId: envelope.id, problems: parsed.error.issues }, 'a job event does not fit');
  return undefined;
}
