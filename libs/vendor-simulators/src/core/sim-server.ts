import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { control, type Controlled } from './control-routes';
import { distort, type FaultScript, type CallKind, type FaultEffect } from './faults';
import { RequestLog, type LoggedRequest } from './request-log';
import type { SimClock } from './sim-clock';
import { readRequest, type SimReply, type SimRequest } from './sim-http';

/** What a vendor brings: everything else is the same for all of them. */
export interface VendorRoutes {
  kindOf(request: SimRequest): CallKind;
  /** The vendor's answer. `faults` holds those that concern the task itself. */
  handle(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply> | SimReply;
  /** The vendor's own error by the code of its table. */
  errorReply(code: string, request: SimRequest): SimReply;
}

export interface SimServerOptions {
  readonly routes: VendorRoutes;
  readonly faults: FaultScript;
  readonly clock: SimClock;
  readonly controlled: Controlled;
  /** 0: any free port. */
  readonly port: number;
  /** Where it listens; 127.0.0.1 unless told. */
  readonly host?: string | undefined;
  /** How others reach it, where that is not where it listens. */
  readonly publicUrl?: string | undefined;
}

const BODY_KEPT = 2_000;
const CONTROL_PREFIX = '/_sim/';

/** One vendor's HTTP server. Under `/_sim/` it is inspected and scripted. */
export class SimServer {
  readonly log = new RequestLog();
  /** What its own handlers threw; each cut a connection. */
  readonly failures: string[] = [];
  private server: Server | undefined;

  constructor(private readonly options: SimServerOptions) {}

  /** Resolves with the base URL, without a slash at its end. */
  async start(): Promise<string> {
    const server = createServer((incoming, response) => {
      void this.answer(incoming, response);
    });
    this.server = server;
    const { port, host = '127.0.0.1', publicUrl } = this.options;
    server.listen(port, host);
    await once(server, 'listening');
    return publicUrl ?? `http://${host}:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let request: SimRequest | undefined;
    try {
      request = await readRequest(incoming);
      await this.serve(request, incoming, response);
    } catch (error) {
      // A body that never came whole is its sender's affair; all else is a mistake in here, which must not pass for a fault.
      if (request !== undefined) this.report(request, error);
      incoming.socket.destroy();
    }
  }

  private report({ method, path }: SimRequest, error: unknown): void {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.failures.push(`${method} ${path}: ${what}`);
    process.stderr.write(`The simulator failed at ${method} ${path}: ${what}\n`);
  }

  private async serve(
    request: SimRequest,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.path.startsWith(CONTROL_PREFIX)) {
      send(response, control(this.options.controlled, this.log, this.failures, request));
      return;
    }
    const kind = this.options.routes.kindOf(request);
    const where = `${request.path}${request.query.size > 0 ? `?${request.query.toString()}` : ''}`;
    const body = request.rawBody.subarray(0, BODY_KEPT).toString('utf8');
    const faults = this.options.faults.take(kind, () => `${where}\n${request.rawBody.toString('utf8')}`);
    const entry: LoggedRequest = {
      ...{ at: this.options.clock.now(), kind, method: request.method, path: where, body },
      ...{ status: null, faults: faults.map((fault) => fault.kind) },
    };
    this.log.add(entry);
    const reply = await this.replyTo(request, faults);
    await this.delay(faults);
    if (reply === 'cut') {
      incoming.socket.destroy();
      return;
    }
    entry.status = reply.status;
    send(response, distorted(reply, faults), has(faults, 'truncated') !== undefined);
  }

  private async replyTo(request: SimRequest, faults: readonly FaultEffect[]): Promise<SimReply | 'cut'> {
    const { routes } = this.options;
    const cut = has(faults, 'cut');
    const instead = has(faults, 'error') ?? has(faults, 'http');
    const handled = (cut ?? instead)?.accepted === false ? undefined : await routes.handle(request, faults);
    if (cut !== undefined) return 'cut';
    if (instead?.kind === 'error') return routes.errorReply(instead.code, request);
    if (instead?.kind === 'http') return { status: instead.status, body: Buffer.from(instead.body) };
    return handled ?? routes.errorReply('', request);
  }

  private async delay(faults: readonly FaultEffect[]): Promise<void> {
    const slow = has(faults, 'slow');
    if (slow !== undefined) await new Promise<void>((resolve) => this.options.clock.after(slow.ms, resolve));
  }
}

/** The first fault of a kind. */
export function has<K extends FaultEffect['kind']>(
  faults: readonly FaultEffect[],
  kind: K,
): Extract<FaultEffect, { kind: K }> | undefined {
  return faults.find((fault): fault is Extract<FaultEffect, { kind: K }> => fault.kind === kind);
}

function distorted(reply: SimReply, faults: readonly FaultEffect[]): SimReply {
  const replaced = has(faults, 'body');
  if (replaced !== undefined) return { ...reply, body: replaced.body };
  return faults.reduce<SimReply>(
    (before, fault) =>
      fault.kind === 'shape' ? { ...before, body: distort(before.body, fault.path, fault.value) } : before,
    reply,
  );
}

function send(response: ServerResponse, reply: SimReply, truncated = false): void {
  const isBytes = Buffer.isBuffer(reply.body);
  const bytes = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(JSON.stringify(reply.body));
  response.writeHead(reply.status, {
    'content-type': isBytes ? 'text/html' : 'application/json',
    'content-length': `${bytes.length}`,
    ...reply.headers,
  });
  if (!truncated) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
}
