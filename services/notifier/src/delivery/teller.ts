import { jobStateMachine, type JobState, type SocketMessage } from '@shotloom/contracts';
import { assertNever } from '@shotloom/kernel';
import type { FeedStep } from './job-feed';
import type { PlayableUrls } from './playable-urls';
import { SendQueue } from './send-queue';
import { completeMessage, errorMessage, progressMessage, statusMessage } from './socket-messages';

export interface TellerOptions {
  readonly urls: Pick<PlayableUrls, 'of'>;
  /** `seq`: whoever was told this was told all of the stream up to there. */
  readonly write: (message: SocketMessage, seq?: number) => void;
  /** The end of a job was written. */
  readonly onEnd?: () => void;
  /** More waits than may. */
  readonly onFull: () => void;
}

/**
 * Puts what happens to jobs into messages, in the order of the stream, a finished video's link included: a place that a client has
 * seen means that it has seen all before.
 */
export class Teller {
  private readonly queue: SendQueue;
  private toldTo = 0;

  constructor(private readonly options: TellerOptions) {
    this.queue = new SendQueue(options.onFull);
  }

  step(step: FeedStep): void {
    if (step.kind !== 'progress' && step.seq !== undefined && step.seq <= this.toldTo) return;
    switch (step.kind) {
      case 'status': {
        // A terminal state is told in two messages, and only the second may say that the event was seen.
        const isTerminal = jobStateMachine.isTerminal(step.state.status);
        return this.tell(statusMessage(step.state, step.shown), isTerminal ? undefined : step.seq);
      }
      case 'progress':
        return this.tell(progressMessage(step.progress, step.shown));
      case 'end':
        return this.tellEnd(step.state, step.seq);
      default:
        return assertNever(step, 'step');
    }
  }

  /** Writes when all that was told until now is written. */
  after(write: () => void): void {
    this.queue.add(write);
  }

  /** What was told up to here comes again from among the live events that waited; it is not told twice. */
  replayed(toSeq: number): void {
    this.toldTo = toSeq;
  }

  /** Resolves when all that was told until now is written. */
  settled(): Promise<void> {
    return this.queue.settled();
  }

  private tell(message: SocketMessage, seq?: number): void {
    this.queue.add(() => this.options.write(message, seq));
  }

  private tellEnd(state: JobState, seq: number | undefined): void {
    const { urls, write, onEnd } = this.options;
    if (state.status === 'completed') {
      const url = urls.of(state);
      this.queue.addLate(async () => write(completeMessage(state, await url), seq));
    } else {
      this.tell(errorMessage(state), seq);
    }
    if (onEnd) this.queue.add(onEnd);
  }
}
