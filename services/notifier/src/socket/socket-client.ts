import type { RawData, WebSocket } from 'ws';
import type { JobState, SocketMessage } from '@shotloom/contracts';
import type { HeldCredential } from '../auth/credential';
import type { Balance, CreditWatcher } from '../credits/credit-watch';
import type { FeedStep } from '../delivery/job-feed';
import type { Session } from '../delivery/session';
import { connectedMessage } from '../delivery/socket-messages';
import { Teller, type TellerOptions } from '../delivery/teller';
import type { CutReason, NotifierMetrics } from '../metrics';
import type { CatchingUp } from '../resume/catch-up';
import { formatEventId } from '../resume/event-id';
import { readClientMessage } from './client-message';

export interface SocketClientOptions extends Pick<TellerOptions, 'urls'> {
  readonly session: Session;
  readonly credential: HeldCredential;
  readonly metrics: NotifierMetrics;
  readonly maxBufferedBytes: number;
  readonly lingerMs: number;
  /** Of the stream, on a socket whose messages say where to go on from. */
  readonly epoch?: number | undefined;
}

/** Where the client goes on from, where it asked for that and all before was told. */
type PlacedMessage = SocketMessage & { readonly event_id?: string | undefined };

/** What of a WebSocket is used here. */
export type Wire = Pick<WebSocket, 'bufferedAmount' | 'send' | 'close' | 'terminate' | 'ping' | 'on'>;

const NORMAL = 1000;
const UNSUPPORTED_DATA = 1003;
/** A client that reads nothing does not read the close either. */
const CLOSE_PATIENCE_MS = 2_000;

/** One open socket: tells its session's steps to the client, and ends when the client cannot keep up or has gone. */
export class SocketClient implements CatchingUp, CreditWatcher {
  private readonly teller: Teller;
  private alive = true;
  private closing = false;
  private linger: NodeJS.Timeout | undefined;
  private room: (() => void) | undefined;

  constructor(
    private readonly wire: Wire,
    private readonly options: SocketClientOptions,
  ) {
    this.teller = new Teller({
      urls: options.urls,
      write: (message, seq) => this.send(this.placed(message, seq)),
      onEnd: () => this.endSoon(),
      onFull: () => this.overflow(),
    });
    wire.on('message', (data: RawData, isBinary: boolean) => this.receive(data, isBinary));
    wire.on('pong', () => this.heard());
    wire.on('error', (error: Error & { code?: string }) => this.fail(error.code));
    wire.on('close', () => {
      this.closing = true;
      clearTimeout(this.linger);
      this.room?.();
    });
  }

  get session(): Session {
    return this.options.session;
  }

  get credential(): HeldCredential {
    return this.options.credential;
  }

  /** Whether its messages say where to go on from. */
  get resumable(): boolean {
    return this.options.epoch !== undefined;
  }

  /** Bytes that the client has not taken yet. */
  get bufferedBytes(): number {
    return this.wire.bufferedAmount;
  }

  greet(): void {
    this.send(connectedMessage(this.session.scope));
  }

  /** Tells the present state, and goes live. */
  open(present: readonly JobState[]): void {
    this.session.open(present, this);
  }

  step(step: FeedStep): void {
    this.teller.step(step);
  }

  reset(reason: string): void {
    this.send({ type: 'reset', job_id: this.subject, reason });
  }

  ready(seq: number): void {
    const { epoch = 0 } = this.options;
    const message = { type: 'ready', job_id: this.subject, event_id: formatEventId({ epoch, seq }) } as const;
    // After the links that the present state waits for.
    this.teller.after(() => this.send(message));
  }

  replayed(toSeq: number): void {
    this.teller.replayed(toSeq);
  }

  credits({ accountId, available }: Balance): void {
    this.teller.after(() => this.send({ type: 'credits', account_id: accountId, available }));
  }

  async drained(): Promise<void> {
    await this.teller.settled();
    if (this.closing || this.wire.bufferedAmount <= this.options.maxBufferedBytes / 2) return;
    await new Promise<void>((resolve) => {
      this.room = resolve;
    });
    this.room = undefined;
  }

  overflow(): void {
    this.cut('overflow', 1013, 'Too much happened at once: connect again.');
  }

  /** Asks for a sign of life; ends a client that gave none since the last time. */
  beat(): void {
    if (!this.alive) {
      this.options.metrics.cut('silent');
      this.wire.terminate();
      return;
    }
    this.alive = false;
    if (!this.closing) this.wire.ping();
  }

  cut(reason: CutReason, code: number, words: string): void {
    if (this.closing) return;
    this.options.metrics.cut(reason);
    this.close(code, words);
  }

  close(code: number, words: string): void {
    if (this.closing) return;
    this.closing = true;
    this.wire.close(code, words);
    const timer = setTimeout(() => this.wire.terminate(), CLOSE_PATIENCE_MS);
    this.wire.on('close', () => clearTimeout(timer));
  }

  private get subject(): string {
    const { jobId, userId } = this.session.scope;
    return jobId ?? userId;
  }

  private placed(message: SocketMessage, seq: number | undefined): PlacedMessage {
    const { epoch } = this.options;
    return seq === undefined || epoch === undefined
      ? message
      : { ...message, event_id: formatEventId({ epoch, seq }) };
  }

  private endSoon(): void {
    if (this.session.scope.jobId === undefined || this.closing) return;
    this.linger = setTimeout(() => this.close(NORMAL, 'The job has ended.'), this.options.lingerMs);
  }

  private send(message: PlacedMessage): void {
    if (this.closing) return;
    if (this.wire.bufferedAmount > this.options.maxBufferedBytes) {
      this.cut('slow', 1013, 'The client reads too slowly: connect again.');
      return;
    }
    this.wire.send(JSON.stringify(message), this.sent);
    this.options.metrics.message(message.type);
  }

  /** One for all messages: thousands may be on their way. */
  private readonly sent = (): void => {
    if (this.room && this.wire.bufferedAmount <= this.options.maxBufferedBytes / 2) this.room();
  };

  private receive(data: RawData, isBinary: boolean): void {
    this.heard();
    const message = isBinary ? 'unreadable' : readClientMessage(data);
    if (message === 'unreadable') {
      this.cut('bad_message', UNSUPPORTED_DATA, 'Only JSON text is understood here.');
    } else if (message === 'ping') {
      this.send({ type: 'pong' });
    }
  }

  /** ws has closed already, with the fitting code (1007, 1009 ...); a lost connection is no fault of the client. */
  private fail(code: string | undefined): void {
    if (code?.startsWith('WS_ERR_')) this.options.metrics.cut('bad_message');
  }

  private heard(): void {
    this.alive = true;
  }
}
