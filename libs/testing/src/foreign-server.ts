import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of somebody else's, on 127.0.0.1. What it was asked is kept. */
export class ForeignServer {
  readonly asked: IncomingMessage[] = [];
  private readonly answers = new Map<string, Answer>();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<ForeignServer> {
    const server = createServer((request, response) => {
      foreign.asked.push(request);
      const { pathname } = new URL(request.url ?? '/', 'http://foreign.test');
      const answer = foreign.answers.get(pathname) ?? ((_request, missing) => missing.writeHead(404).end());
      answer(request, response);
    });
    const foreign = new ForeignServer(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return foreign;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path: string, host = '127.0.0.1'): string {
    return `http://${host}:${this.port}${path}`;
  }

  on(path: string, answer: Answer): string {
    this.answers.set(path, answer);
    return this.url(path);
  }

  /** A path that gives these bytes, whole. */
  serves(path: string, bytes: Buffer): string {
    return this.on(path, (_request, response) => response.end(bytes));
  }

  timesAsked(path: string): number {
    return this.asked.filter(({ url = '' }) => url.split('?')[0] === path).length;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
