import type { RawData, WebSocket } from 'ws';
import type { JobState, SocketMessage } from '@shotloom/contracts';
import { assertNever } from '@shotloom/kernel';
import type { HeldCredential } from '../auth/credential';
import type { FeedStep } from '../delivery/job-feed';
import type { PlayableUrls } from '../delivery/playable-urls';
import type { Session, SessionOutput } from '../delivery/session';
import {
  completeMessage,
  connectedMessage,
  errorMessage,
  progressMessage,
  statusMessage,
} from '../delivery/socket-messages';
import type { CutReason, NotifierMetrics } from '../metrics';
import { readClientMessage } from './client-message';

export interface SocketClientOptions {
  readonly session: Session;
  readonly credential: HeldCredential;
  readonly urls: Pick<PlayableUrls, 'of'>;
  readonly metrics: NotifierMetrics;
  readonly maxBufferedBytes: number;
  readonly lingerMs: number;
}

/** What of a WebSocket is used here. */
export type Wire = Pick<WebSocket, 'bufferedAmount' | 'send' | 'close' | 'terminate' | 'ping' | 'on'>;

const NORMAL = 1000;
const UNSUPPORTED_DATA = 1003;
/** A client that reads nothing does not read the close either. */
const CLOSE_PATIENCE_MS = 2_000;

/** One open socket: tells its session's steps to the client, and ends when the client cannot keep up or has gone. */
export class SocketClient implements SessionOutput {
  private alive = true;
  private closing = false;
  private linger: NodeJS.Timeout | undefined;

  constructor(
    private readonly wire: Wire,
    private readonly options: SocketClientOptions,
  ) {
    wire.on('message', (data: RawData, isBinary: boolean) => this.receive(data, isBinary));
    wire.on('pong', () => this.heard());
    wire.on('error', (error: Error & { code?: string }) => this.fail(error.code));
    wire.on('close', () => {
      this.closing = true;
      clearTimeout(this.linger);
    });
  }

  get session(): Session {
    return this.options.session;
  }

  get credential(): HeldCredential {
    return this.options.credential;
  }

  /** Greets, tells the present state, and goes live. */
  open(snapshot: readonly JobState[]): void {
    this.send(connectedMessage(this.session.scope));
    this.session.open(snapshot, this);
  }

  step(step: FeedStep): void {
    switch (step.kind) {
      case 'status':
        return this.send(statusMessage(step.state, step.shown));
      case 'progress':
        return this.send(progressMessage(step.progress, step.shown));
      case 'end':
        return void this.sendEnd(step.state);
      default:
        return assertNever(step, 'step');
    }
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

  private async sendEnd(state: JobState): Promise<void> {
    const completed = state.status === 'completed';
    this.send(completed ? completeMessage(state, await this.options.urls.of(state)) : errorMessage(state));
    if (this.session.scope.jobId === undefined || this.closing) return;
    this.linger = setTimeout(() => this.close(NORMAL, 'The job has ended.'), this.options.lingerMs);
  }

  private send(message: SocketMessage): void {
    if (this.closing) return;
    if (this.wire.bufferedAmount > this.options.maxBufferedBytes) {
      this.cut('slow', 1013, 'The client reads too slowly: connect again.');
      return;
    }
    this.wire.send(JSON.stringify(message));
    this.options.metrics.message(message.type);
  }

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
