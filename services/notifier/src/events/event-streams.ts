import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, isId } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import type { CreditWatch } from '../credits/credit-watch';
import type { FanOut } from '../delivery/fan-out';
import { Session, type Scope } from '../delivery/session';
import type { CatchUp } from '../resume/catch-up';
import { authenticate, type AdmissionOptions } from '../socket/admission';
import { Heartbeat } from '../socket/heartbeat';
import type { Places } from '../socket/places';
import { sendProblem } from '../socket/problem-response';
import { EventClient, type EventClientOptions } from './event-client';

const PATH = '/api/v1/events';
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies of the nginx kind would hold events back until a buffer is full.
  'x-accel-buffering': 'no',
};
/** A browser comes again after this. Milliseconds. */
const RETRY_MS = 2_000;

export interface EventStreamsOptions
  extends
    Pick<EventClientOptions, 'urls' | 'metrics' | 'maxBufferedBytes'>,
    Pick<AdmissionOptions, 'bus' | 'publicUrl'> {
  readonly fanOut: FanOut;
  readonly catchUp: CatchUp;
  readonly credits: Pick<CreditWatch, 'add'>;
  readonly places: Places;
  readonly logger: Logger;
  readonly beatMs: number;
}

/** Server-sent events on `GET /api/v1/events`: all jobs of the caller, or with `job_id` one of them. */
export class EventStreams {
  private readonly clients = new Set<EventClient>();
  private readonly heartbeat: Heartbeat;

  constructor(private readonly options: EventStreamsOptions) {
    this.heartbeat = new Heartbeat(options.beatMs);
  }

  get open(): readonly EventClient[] {
    return [...this.clients];
  }

  start(): void {
    this.heartbeat.start();
  }

  stop(): void {
    this.heartbeat.stop();
    for (const client of this.clients) client.close();
  }

  /** The stream is another one than before: clients come again, and are told how things stand. */
  endAll(): void {
    for (const client of this.clients) client.close();
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    this.serve(request, response).catch((thrown: unknown) => {
      const error = AppError.from(thrown);
      if (error.code === 'internal' || error.code === 'unavailable') {
        this.options.logger.warn({ err: error, cause: error.cause }, 'an event stream broke');
      }
      if (response.headersSent) response.destroy();
      else sendProblem(response, error);
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', search = ''] = (request.url ?? '').split('?', 2);
    if (path !== PATH || request.method !== 'GET') throw notServed();
    const query = new URLSearchParams(search);
    const { credential, userId } = await authenticate(request, query, this.options);
    const scope = scopeOf(userId, query.get('job_id'));
    // Who has gone closes no second time, and would keep the place for ever.
    if (response.destroyed) return;
    const leave = this.options.places.take(userId);
    const session = new Session(scope);
    this.options.fanOut.add(session);
    response.once('close', () => {
      this.options.fanOut.remove(session);
      leave();
    });
    const lastEventId = headerOf(request, 'last-event-id') ?? query.get('last_event_id') ?? undefined;
    // Before the first byte, so that a job that is not there is still a 404.
    const beginning = await this.options.catchUp.begin(scope, lastEventId);
    if (response.destroyed) return;
    const { epoch } = beginning.stream;
    const client = new EventClient(response, { ...this.options, session, credential, epoch });
    response.writeHead(200, HEADERS).write(`retry: ${RETRY_MS}\n\n`);
    this.enter(client, response);
    client.greet();
    await this.options.catchUp.run(client, beginning);
  }

  private enter(client: EventClient, response: ServerResponse): void {
    const { metrics } = this.options;
    this.clients.add(client);
    const leave = this.heartbeat.add(client);
    const unwatch = this.options.credits.add(client);
    metrics.streamOpened();
    response.once('close', () => {
      this.clients.delete(client);
      leave();
      unwatch();
      metrics.streamClosed();
    });
  }
}

function scopeOf(userId: string, jobId: string | null): Scope {
  if (jobId === null) return { userId };
  const id = jobId.toLowerCase();
  if (isId(id)) return { userId, jobId: id };
  const reason = 'Must be the id of a job.';
  throw new AppError('invalid_input', reason, { fields: [{ field: 'job_id', reason }] });
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

const notServed = (): AppError =>
  new AppError(
    'not_found',
    'Only WebSockets at /ws/jobs/{id} and events at GET /api/v1/events are served here.',
  );
