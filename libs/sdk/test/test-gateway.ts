import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { JobResource, SocketMessage } from '../src';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
export type Answer = (seen: Seen, response: ServerResponse) => void;

/** A real HTTP and WebSocket server on a free port; a test says what it answers and reads what it was asked. */
export class TestGateway {
  readonly seen: Seen[] = [];
  readonly sockets: WebSocket[] = [];
  /** Protocols that each socket asked for, and whether sockets are let in at all. */
  readonly protocols: string[][] = [];
  socketsOpen = true;
  /** Answers `GET /api/v1/events` with a stream that the test writes into; the rest of the world gets 404 where it is absent. */
  onStream: ((stream: EventStream, seen: Seen) => void) | undefined;
  onSocket: (socket: WebSocket, path: string) => void = () => undefined;
  private readonly answers = new Map<string, Answer>();
  private readonly http = createServer((request, response) => void this.handle(request, response));
  private readonly ws = new WebSocketServer({ noServer: true, handleProtocols: () => 'shotloom.v1' });

  async start(): Promise<this> {
    this.http.on('upgrade', (request, socket, head) => {
      if (!this.socketsOpen) return void socket.destroy();
      this.protocols.push(String(request.headers['sec-websocket-protocol']).split(/,\s*/));
      this.ws.handleUpgrade(request, socket, head, (client) => {
        this.sockets.push(client);
        this.onSocket(client, request.url ?? '');
      });
    });
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** `route` is a method and a path without its query, for example `GET /api/v1/me`. */
  on(route: string, answer: Answer): this {
    this.answers.set(route, answer);
    return this;
  }

  asked(route: string): Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path.split('?')[0]}` === route);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const seen = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
    this.seen.push(seen);
    if (this.onStream && url.split('?')[0] === '/api/v1/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).write(': hello\n\n');
      return this.onStream(new EventStream(response), seen);
    }
    const answer = this.answers.get(`${method} ${url.split('?')[0]}`);
    if (answer) return answer(seen, response);
    sendProblem(response, 404, 'not_found', `There is nothing at ${url}.`);
  }
}

/** The far end of a stream of server-sent events. */
export class EventStream {
  constructor(private readonly response: ServerResponse) {}

  send(event: string, data: object, id?: string): this {
    const place = id === undefined ? '' : `id: ${id}\n`;
    this.response.write(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    return this;
  }

  /** Breaks off, as a network does, when what was sent is on its way. */
  cut(): void {
    this.response.write('\n', () => this.response.destroy());
  }
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function sendProblem(
  response: ServerResponse,
  status: number,
  code: string,
  detail: string,
  more = {},
): void {
  const body = { type: `urn:shotloom:${code}`, title: code, status, code, detail, ...more };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}

/** The first answers in order, the last one for ever. */
export function inTurn(...answers: Answer[]): Answer {
  let turn = 0;
  return (seen, response) => answers[Math.min(turn++, answers.length - 1)]?.(seen, response);
}

export function aJob(changes: Partial<JobResource> = {}): JobResource {
  return {
    id: 'job-1',
    type: 'video',
    status: 'queued',
    stage: null,
    conditions: [],
    progress_percentage: 0,
    progress_estimated: false,
    version: 1,
    operation: 'text-to-video',
    provider: 'animatic',
    model: 'animatic:animatic-1',
    prompt: 'camera slowly zooms in',
    negative_prompt: null,
    style_preset: null,
    duration: 5,
    aspect_ratio: '16:9',
    size: '720P',
    width: 1280,
    height: 720,
    seed: 1,
    strength: null,
    input_asset_ids: [],
    inputs: [],
    params: {},
    adjustments: [],
    price: { credits: 5, version: '2026-11-01' },
    credits: { held: 5, captured: 0 },
    error: null,
    output: null,
    late_asset_id: null,
    notes: [],
    fallback: [],
    queue: null,
    variant: { index: 1, of: 1 },
    retry_of: null,
    metadata: {},
    created_at: '2026-11-01T00:00:00.000Z',
    started_at: null,
    finished_at: null,
    ...changes,
  };
}

export function aStatus(changes: Partial<Extract<SocketMessage, { type: 'status' }>> = {}): SocketMessage {
  return {
    type: 'status',
    job_id: 'job-1',
    version: 2,
    status: 'processing',
    stage: 'running',
    conditions: [],
    progress: 10,
    progress_estimated: false,
    ...changes,
  };
}
