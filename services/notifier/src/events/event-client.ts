import type { ServerResponse } from 'node:http';
import { jobStateMachine, type SocketMessage } from '@shotloom/contracts';
import { assertNever } from '@shotloom/kernel';
import type { HeldCredential } from '../auth/credential';
import type { FeedStep } from '../delivery/job-feed';
import type { PlayableUrls } from '../delivery/playable-urls';
import type { Session, SessionOutput } from '../delivery/session';
import { completeMessage, errorMessage, progressMessage, statusMessage } from '../delivery/socket-messages';
import type { CutReason, NotifierMetrics } from '../metrics';
import { formatEventId } from './event-id';

export interface EventClientOptions {
  readonly session: Session;
  readonly credential: HeldCredential;
  readonly urls: Pick<PlayableUrls, 'of'>;
  readonly metrics: NotifierMetrics;
  readonly maxBufferedBytes: number;
  /** The epoch of the stream that sequences belong to. */
  readonly epoch: number;
}

/** Messages that may wait for the link of a finished video before them. */
const MAX_WAITING = 1_000;

/**
 * One open stream of server-sent events. Everything is written in the order of the stream, a finished video's link
 * included: an id that a client has seen means that it has seen all before.
 */
export class EventClient implements SessionOutput {
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;
  private replayedTo = 0;
  private ended = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: EventClientOptions,
  ) {
    response.on('close', () => {
      this.ended = true;
    });
  }

  get session(): Session {
    return this.options.session;
  }

  get credential(): HeldCredential {
    return this.options.credential;
  }

  step(step: FeedStep): void {
    if (step.kind !== 'progress' && step.seq !== undefined && step.seq <= this.replayedTo) return;
    switch (step.kind) {
      case 'status': {
        // A terminal state is told in two messages, and only the second may say that the event was seen.
        const id =
          step.seq !== undefined && !jobStateMachine.isTerminal(step.state.status) ? step.seq : undefined;
        return this.send(statusMessage(step.state, step.shown), id);
      }
      case 'progress':
        return this.send(progressMessage(step.progress, step.shown), undefined);
      case 'end':
        return this.sendEnd(step);
      default:
        return assertNever(step, 'step');
    }
  }

  overflow(): void {
    this.cut('overflow');
  }

  /** `connected`, `reset` and `ready`: what the stream says of itself. */
  announce(event: string, data: object, seq?: number): void {
    this.enqueue(() => Promise.resolve(this.write(event, data, seq)));
  }

  /** What was told up to here comes again from among the live events that waited; it is not told twice. */
  replayed(toSeq: number): void {
    this.replayedTo = toSeq;
  }

  /** Keeps proxies from taking a quiet stream for a dead one. */
  beat(): void {
    if (!this.ended) this.flush(': beat\n\n');
  }

  /** Resolves when the client has room again, or is gone. */
  async drained(): Promise<void> {
    await this.tail;
    if (this.ended || !this.response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.response.off('drain', go);
        this.response.off('close', go);
        resolve();
      };
      this.response.on('drain', go);
      this.response.on('close', go);
    });
  }

  cut(reason: CutReason): void {
    if (this.ended) return;
    this.options.metrics.cut(reason);
    this.ended = true;
    this.response.destroy();
  }

  /** Ends the stream; a browser comes again by itself, with the id of the last event that it saw. */
  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.response.end();
  }

  private sendEnd({ state, seq }: FeedStep & { readonly kind: 'end' }): void {
    if (state.status !== 'completed') return this.send(errorMessage(state), seq);
    const url = this.options.urls.of(state);
    this.enqueue(async () => this.write('job_complete', completeMessage(state, await url), seq));
  }

  private send(message: SocketMessage, seq: number | undefined): void {
    this.enqueue(() => Promise.resolve(this.write(message.type, message, seq)));
  }

  private enqueue(write: () => Promise<void>): void {
    if (this.ended) return;
    if (this.waiting >= MAX_WAITING) return this.cut('overflow');
    this.waiting += 1;
    this.tail = this.tail.then(write).finally(() => {
      this.waiting -= 1;
    });
  }

  private write(event: string, data: object, seq: number | undefined): void {
    if (this.ended) return;
    const id = seq === undefined ? '' : `id: ${formatEventId({ epoch: this.options.epoch, seq })}\n`;
    this.flush(`${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    this.options.metrics.event(event);
  }

  private flush(text: string): void {
    if (this.response.writableLength > this.options.maxBufferedBytes) return this.cut('slow');
    this.response.write(text);
  }
}
