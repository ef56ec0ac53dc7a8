import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { SOCKET_PROTOCOL } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { refuseUpgrade } from './problem-response';
import type { Admission, SocketStart } from './admission';
import type { CreditWatch } from '../credits/credit-watch';
import type { CatchUp } from '../resume/catch-up';
import { Heartbeat } from './heartbeat';
import { SocketClient, type SocketClientOptions } from './socket-client';

const MAX_CLIENT_MESSAGE_BYTES = 4 * 1024;
const GOING_AWAY = 1001;
const TRY_AGAIN = 1013;

export interface SocketServerOptions extends Pick<SocketClientOptions, 'urls' | 'metrics'> {
  readonly admit: (request: IncomingMessage) => Promise<Admission>;
  readonly catchUp: CatchUp;
  readonly credits: Pick<CreditWatch, 'add'>;
  /** Answers what is no upgrade. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  readonly logger: Logger;
  readonly maxBufferedBytes: number;
  readonly lingerMs: number;
  readonly pingIntervalMs: number;
}

/** Accepts WebSockets on `/ws/jobs/{id}`; an upgrade that cannot be one is answered with a problem. */
export class SocketServer {
  private readonly http = createServer((request, response) => this.options.answer(request, response));
  private readonly upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    // The protocol that carries the key must never be echoed.
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  });
  private readonly clients = new Set<SocketClient>();
  private readonly connections = new Set<Duplex>();
  private readonly heartbeat: Heartbeat;
  private closing = false;

  constructor(private readonly options: SocketServerOptions) {
    this.heartbeat = new Heartbeat(options.pingIntervalMs);
    this.http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      void this.upgrade(request, socket, head);
    });
  }

  /** The sockets that are open now. */
  get open(): readonly SocketClient[] {
    return [...this.clients];
  }

  /** Resolves with the port once connections are accepted. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(port, host, resolve);
    });
    this.heartbeat.start();
    return (this.http.address() as AddressInfo).port;
  }

  /** Tells every client to go elsewhere, and waits until they have gone or were cut off. */
  async close(): Promise<void> {
    this.closing = true;
    this.heartbeat.stop();
    const closed = new Promise<void>((resolve) => {
      this.http.close(() => resolve());
    });
    this.http.closeIdleConnections();
    for (const client of this.clients) client.close(GOING_AWAY, 'The server is restarting: connect again.');
    const gone = [...this.connections].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    await Promise.all(gone);
    await closed;
  }

  /** The stream is another one than before: who goes on by places in it has to be told so. */
  endResumable(): void {
    for (const client of this.clients) {
      if (client.resumable) client.close(TRY_AGAIN, 'The events before are gone: connect again.');
    }
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.connections.add(socket);
    socket.once('close', () => this.connections.delete(socket));
    const hungUp = (): void => void socket.destroy();
    socket.on('error', hungUp);
    try {
      if (this.closing) throw new AppError('unavailable', 'The server is restarting: connect again.');
      const admission = await this.options.admit(request);
      // Every way in which a socket can end comes by here, a failed handshake and a client that gave up included.
      socket.once('close', () => admission.release());
      if (socket.destroyed) return admission.release();
      socket.removeListener('error', hungUp);
      this.upgrader.handleUpgrade(request, socket, head, (wire) => this.welcome(wire, admission));
    } catch (thrown) {
      this.refuse(socket, thrown);
    }
  }

  private refuse(socket: Duplex, thrown: unknown): void {
    const error = AppError.from(thrown);
    if (error.code === 'internal' || error.code === 'unavailable') {
      this.options.logger.warn({ err: error, cause: error.cause }, 'a socket could not be opened');
    }
    if (!socket.destroyed) refuseUpgrade(socket, error);
  }

  private welcome(wire: ConstructorParameters<typeof SocketClient>[0], admission: Admission): void {
    const { metrics } = this.options;
    const { start, ...admitted } = admission;
    const epoch = start.kind === 'resume' ? start.stream.epoch : undefined;
    const client = new SocketClient(wire, { ...this.options, ...admitted, epoch });
    this.clients.add(client);
    const leave = this.heartbeat.add(client);
    const unwatch = this.options.credits.add(client);
    metrics.socketOpened();
    wire.on('close', () => {
      this.clients.delete(client);
      leave();
      unwatch();
      metrics.socketClosed();
    });
    if (this.closing) client.close(GOING_AWAY, 'The server is restarting: connect again.');
    else void this.begin(client, start);
  }

  private async begin(client: SocketClient, start: SocketStart): Promise<void> {
    client.greet();
    if (start.kind === 'present') return client.open(start.present);
    try {
      await this.options.catchUp.run(client, start);
    } catch (error) {
      this.options.logger.warn({ err: error }, 'a socket could not be brought up to date');
      client.cut('unavailable', TRY_AGAIN, 'What you missed cannot be read now: connect again.');
    }
  }
}
