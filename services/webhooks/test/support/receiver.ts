import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { waitFor } from '@shotloom/testing';

export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: Record<string, unknown>;
  };
}
type Answer = (response: ServerResponse, received: Received) => void;

/** Somebody's server: one address for each endpoint, all that came kept, answers as told (204 unless told). */
export class Receiver {
  private readonly received = new Map<string, Received[]>();
  private readonly answers = new Map<string, Answer>();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Receiver> {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const path = request.url ?? '/';
        const one: Received = {
          id: String(request.headers['webhook-id']),
          headers: request.headers,
          body,
          event: JSON.parse(body) as Received['event'],
        };
        receiver.received.set(path, [...receiver.at(path), one]);
        const answer = receiver.answers.get(path) ?? ((quiet: ServerResponse) => quiet.writeHead(204).end());
        answer(response, one);
      });
    });
    const receiver = new Receiver(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  at(path: string): readonly Received[] {
    return this.received.get(path) ?? [];
  }

  answer(path: string, answer: Answer): void {
    this.answers.set(path, answer);
  }

  /** Waits until so many have come to a path, and gives them. */
  async count(path: string, count: number): Promise<readonly Received[]> {
    await waitFor(() => this.at(path).length >= count, {
      what: `${count} calls to ${path}`,
      timeoutMs: 20_000,
    });
    return this.at(path);
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}

/** As a receiver does it, with the official package. Throws where the signature is not good. */
export function verify(secret: string, { headers, body }: Received): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}
