import type { ServerResponse } from 'node:http';
import type { HeldCredential } from '../auth/credential';
import type { Balance, CreditWatcher } from '../credits/credit-watch';
import type { FeedStep } from '../delivery/job-feed';
import type { Session } from '../delivery/session';
import { Teller, type TellerOptions } from '../delivery/teller';
import type { CutReason, NotifierMetrics } from '../metrics';
import type { CatchingUp } from '../resume/catch-up';
import { formatEventId } from '../resume/event-id';

export interface EventClientOptions extends Pick<TellerOptions, 'urls'> {
  readonly session: Session;
  readonly credential: HeldCredential;
  readonly metrics: NotifierMetrics;
  readonly maxBufferedBytes: number;
  /** The epoch of the stream that sequences belong to. */
  readonly epoch: number;
}

/** One open stream of server-sent events. */
export class EventClient implements CatchingUp, CreditWatcher {
  private readonly teller: Teller;
  private ended = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: EventClientOptions,
  ) {
    this.teller = new Teller({
      urls: options.urls,
      write: (message, seq) => this.write(message.type, message, seq),
      onFull: () => this.overflow(),
    });
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

  /** Bytes that the client has not taken yet. */
  get bufferedBytes(): number {
    return this.response.writableLength;
  }

  greet(): void {
    this.write('connected', this.subject);
  }

  step(step: FeedStep): void {
    this.teller.step(step);
  }

  overflow(): void {
    this.cut('overflow');
  }

  reset(reason: string): void {
    this.write('reset', { reason });
  }

  ready(seq: number): void {
    // After the links that the present state waits for.
    this.teller.after(() => this.write('ready', this.subject, seq));
  }

  replayed(toSeq: number): void {
    this.teller.replayed(toSeq);
  }

  credits({ accountId, available }: Balance): void {
    const data = { type: 'credits', account_id: accountId, available };
    this.teller.after(() => this.write('credits', data));
  }

  /** Keeps proxies from taking a quiet stream for a dead one. */
  beat(): void {
    if (!this.ended) this.flush(': beat\n\n');
  }

  async drained(): Promise<void> {
    await this.teller.settled();
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

  private get subject(): { readonly id: string } {
    const { jobId, userId } = this.session.scope;
    return { id: jobId ?? userId };
  }

  private write(event: string, data: object, seq?: number): void {
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
