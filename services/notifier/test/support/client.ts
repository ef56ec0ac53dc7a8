import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { socketMessageSchema, type SocketMessage } from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';

interface ClientOptions {
  readonly key?: string | undefined;
  readonly protocols?: string[];
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A WebSocket client that remembers all that it was told, each message checked against the contract. */
export class TestClient {
  readonly messages: SocketMessage[] = [];
  closeCode: number | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.messages.push(socketMessageSchema.parse(JSON.parse(data.toString())));
    });
    socket.on('close', (code) => {
      this.closeCode = code;
    });
  }

  static async connect(port: number, id: string, options: ClientOptions): Promise<TestClient> {
    const client = new TestClient(dial(port, id, options));
    await once(client.socket, 'open');
    return client;
  }

  /** The HTTP answer to an upgrade that is refused. */
  static async refused(
    port: number,
    id: string,
    options: ClientOptions,
  ): Promise<{ status: number; type: string | undefined; code: string }> {
    const socket = dial(port, id, options);
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    const problem = JSON.parse(await text(response)) as { code: string };
    return { status: response.statusCode ?? 0, type: response.headers['content-type'], code: problem.code };
  }

  get types(): string[] {
    return this.messages.map((message) => message.type);
  }

  get versions(): number[] {
    return this.messages.flatMap((message) => (message.type === 'status' ? [message.version] : []));
  }

  /** Where it would go on from. */
  get lastId(): string | undefined {
    return this.messages.flatMap((one) => ('event_id' in one && one.event_id ? [one.event_id] : [])).at(-1);
  }

  async until(type: SocketMessage['type'], count = 1): Promise<void> {
    const enough = (): boolean => this.types.filter((one) => one === type).length >= count;
    await waitFor(enough, { what: `${count} ${type} among ${JSON.stringify(this.messages)}` });
  }

  async closed(): Promise<number> {
    return waitFor(() => this.closeCode, { what: 'the socket to close' });
  }
}

function dial(
  port: number,
  id: string,
  { key, protocols = [], query = '', headers: more }: ClientOptions,
): WebSocket {
  const headers = { ...more, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
  return new WebSocket(`ws://127.0.0.1:${port}/ws/jobs/${id}${query}`, protocols, { headers });
}
