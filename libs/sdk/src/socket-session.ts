import { parseJson } from './errors';
import type { SocketMessage } from './types';
import { SOCKET_PROTOCOL } from './wire';

/** The part of WebSocket that is used; browsers and Node 24 both have it as a global. */
export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  readonly readyState: number;
  send(data: string): void;
  close(code?: number): void;
}
export type SocketClass = new (url: string, protocols: string[]) => SocketLike;

export interface SessionHandlers {
  readonly onOpen: () => void;
  readonly onMessage: (message: SocketMessage) => void;
  /** Once, however it ended; not after `close()`. */
  readonly onLost: () => void;
}

export interface Heartbeat {
  /** Time between pings, milliseconds. */
  readonly everyMs: number;
  /** Silence after a ping that counts as a dead connection, milliseconds. */
  readonly patienceMs: number;
}

const OPEN = 1;

/** One connection: opened with the key in a subprotocol or the page's cookies (never in the address), kept alive, lost at most once. */
export class SocketSession {
  private readonly socket: SocketLike;
  private nextPing: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(
    Socket: SocketClass,
    url: string,
    credentials: readonly string[],
    private readonly handlers: SessionHandlers,
    private readonly heartbeat: Heartbeat,
  ) {
    this.socket = new Socket(url, [SOCKET_PROTOCOL, ...credentials]);
    this.socket.onopen = () => {
      this.handlers.onOpen();
      this.alive();
    };
    this.socket.onmessage = ({ data }) => this.receive(data);
    this.socket.onclose = () => this.lose();
    this.socket.onerror = () => this.lose();
    // An address that never answers must not hold the next try up.
    this.nextPing = setTimeout(() => this.lose(), heartbeat.patienceMs);
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.nextPing);
    this.socket.close(1000);
  }

  private receive(data: unknown): void {
    if (this.ended) return;
    this.alive();
    const message = typeof data === 'string' ? parseJson(data) : undefined;
    if (isMessage(message)) this.handlers.onMessage(message);
  }

  /** Anything heard proves life; the next ping is due after a silence. */
  private alive(): void {
    clearTimeout(this.nextPing);
    this.nextPing = setTimeout(() => this.ping(), this.heartbeat.everyMs);
  }

  private ping(): void {
    if (this.socket.readyState !== OPEN) return this.lose();
    this.socket.send(JSON.stringify({ type: 'ping' }));
    this.nextPing = setTimeout(() => this.lose(), this.heartbeat.patienceMs);
  }

  private lose(): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.nextPing);
    this.socket.close();
    this.handlers.onLost();
  }
}

function isMessage(value: unknown): value is SocketMessage {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
