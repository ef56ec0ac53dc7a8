import { asError, delayAfter, type Backoff } from './backoff';
import { isFinal, ShotloomError } from './errors';
import { EventStreamSession } from './event-stream-session';
import { JobPoller, type EventScope } from './job-poller';
import { isTerminalMessage } from './live-job';
import { SocketSession, type Heartbeat, type SocketClass } from './socket-session';
import type { Transport } from './transport';
import type { SocketMessage } from './types';

/**
 * `live`: by socket or event stream. `reconnecting`: these are being tried again and polling covers the gap. `polling`: both were given up
 * after their last try. `closed`: ended by the caller, the last event or an error.
 */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'polling' | 'closed';

/** Milliseconds, and how many tries in a row before the socket, and then the event stream, is given up. */
export interface FeedTimings {
  readonly heartbeat: Heartbeat;
  readonly reconnect: Backoff;
  readonly maxReconnects: number;
  readonly pollEveryMs: number;
}

export interface FeedHandlers {
  readonly onMessage: (message: SocketMessage) => void;
  readonly onConnection?: ((connection: Connection) => void) | undefined;
  /** The feed is over because of this: the key is not valid, or there is no such job. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** What is tried, in this order. */
type Way = 'socket' | 'stream' | 'none';

/**
 * Events of one job or one user: over the socket, where there can be none over an event stream, and by polling while there is neither. Each way goes on
 * where the one before was, and what two of them tell is told once.
 */
export class EventFeed {
  private session: { close(): void } | undefined;
  private way: Way;
  /** Where to go on from, once the server has said so. */
  private place: string | undefined;
  private readonly poller: JobPoller;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private pollAbort: AbortController | undefined;
  /** Whether polling goes on after an answer. */
  private pollsOn = false;
  private failures = 0;
  private state: Connection = 'connecting';

  constructor(
    private readonly transport: Transport,
    private readonly Socket: SocketClass | undefined,
    private readonly id: string,
    private readonly scope: EventScope,
    private readonly timings: FeedTimings,
    private readonly handlers: FeedHandlers,
  ) {
    this.poller = new JobPoller(transport, scope, id);
    this.way = this.bestWay;
    this.connect();
  }

  get connection(): Connection {
    return this.state;
  }

  /** Ends it. Nothing is said afterwards. */
  close(): void {
    if (this.state === 'closed') return;
    clearTimeout(this.retry);
    this.stopPolling();
    this.session?.close();
    this.become('closed');
  }

  /** Begins with the best way at once, with all its tries again: for a page that comes back, or a network that does. */
  reconnect(): void {
    if (this.state === 'closed' || this.state === 'live') return;
    this.failures = 0;
    clearTimeout(this.retry);
    this.session?.close();
    this.way = this.bestWay;
    this.connect();
  }

  private get bestWay(): Way {
    return this.Socket ? 'socket' : 'stream';
  }

  private connect(): void {
    if (this.way === 'none') return this.pollOnly();
    try {
      this.session = this.way === 'socket' ? this.openSocket() : this.openStream();
    } catch {
      this.lost();
    }
  }

  private openSocket(): SocketSession {
    if (!this.Socket) throw new Error('There are no sockets here.');
    const handlers = {
      // Open is not yet proof: a proxy may accept and drop. `connected` is.
      onOpen: () => undefined,
      onMessage: (message: SocketMessage) => this.receive(message),
      onLost: () => this.lost(),
    };
    const { socketProtocols } = this.transport.credentials;
    return new SocketSession(this.Socket, this.address(), socketProtocols, handlers, this.timings.heartbeat);
  }

  private openStream(): EventStreamSession {
    const start = { jobId: this.scope === 'job' ? this.id : undefined, lastEventId: this.place };
    const handlers = {
      onMessage: (message: SocketMessage) => this.receive(message),
      onLost: () => this.lost(),
      onRefused: () => this.refused(),
    };
    return new EventStreamSession(this.transport, start, handlers, this.timings.heartbeat);
  }

  private address(): string {
    const here = (globalThis as { location?: { href: string } }).location?.href;
    // Empty where it is not known yet: it asks the server to say it.
    const query = { last_event_id: this.place ?? '' };
    const url = new URL(this.transport.url(`/ws/jobs/${encodeURIComponent(this.id)}`, query), here);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  }

  private receive(message: SocketMessage): void {
    if (message.type === 'connected') {
      this.failures = 0;
      this.stopPolling();
      this.become('live');
    }
    // What ended meanwhile is not part of the present state that follows.
    if (message.type === 'reset') this.look();
    const isNews = this.poller.note(message);
    if ('event_id' in message && message.event_id) this.place = message.event_id;
    if (isNews) this.deliver(message);
  }

  private lost(): void {
    this.session = undefined;
    if (this.state === 'closed') return;
    this.failures += 1;
    this.startPolling();
    if (this.failures > this.timings.maxReconnects) return this.nextWay();
    this.become('reconnecting');
    this.retry = setTimeout(() => this.connect(), delayAfter(this.timings.reconnect, this.failures));
  }

  private refused(): void {
    this.session = undefined;
    if (this.state !== 'closed') this.nextWay();
  }

  private nextWay(): void {
    this.failures = 0;
    this.way = this.way === 'socket' ? 'stream' : 'none';
    this.connect();
  }

  private pollOnly(): void {
    this.become('polling');
    this.startPolling();
  }

  private startPolling(): void {
    this.pollsOn = true;
    this.look();
  }

  /** Asks until there is an answer, and goes on where there is no connection. */
  private look(): void {
    if (this.pollAbort) return;
    this.pollAbort = new AbortController();
    this.pollOnce(this.pollAbort.signal);
  }

  private stopPolling(): void {
    clearTimeout(this.pollTimer);
    this.pollsOn = false;
    this.pollAbort?.abort(new Error('polling stopped'));
    this.pollAbort = undefined;
  }

  private pollOnce(signal: AbortSignal): void {
    const again = () => {
      if (!signal.aborted) this.pollTimer = setTimeout(() => this.pollOnce(signal), this.timings.pollEveryMs);
    };
    const tell = (message: SocketMessage): void => this.deliver(message);
    this.poller.poll(signal, tell).then(
      () => {
        if (signal.aborted) return;
        if (this.pollsOn) again();
        else this.stopPolling();
      },
      (error: unknown) => {
        if (signal.aborted) return;
        if (error instanceof ShotloomError && isFinal(error)) return this.fail(error);
        again();
        // Whoever listens has thrown it.
        if (!(error instanceof ShotloomError)) throw error;
      },
    );
  }

  private deliver(message: SocketMessage): void {
    if (this.state === 'closed') return;
    this.handlers.onMessage(message);
    if (this.scope === 'job' && isTerminalMessage(message)) this.close();
  }

  private fail(error: unknown): void {
    this.close();
    this.handlers.onError?.(asError(error));
  }

  private become(state: Connection): void {
    if (this.state === state) return;
    this.state = state;
    this.handlers.onConnection?.(state);
  }
}
