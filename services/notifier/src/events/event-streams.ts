import type { IncomingMessage, ServerResponse } from 'node:http';
import { readRange, type Bus } from '@shotloom/bus';
import { STREAMS, subjects } from '@shotloom/contracts';
import { AppError, isId } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import type { FanOut } from '../delivery/fan-out';
import { jobIdOf } from '../delivery/job-event';
import { toEvent } from '../delivery/job-events';
import { Session, type Scope } from '../delivery/session';
import type { Snapshots } from '../delivery/snapshots';
import { authenticate, orUnavailable } from '../socket/admission';
import type { Places } from '../socket/places';
import { sendProblem } from '../socket/problem-response';
import { EventClient, type EventClientOptions } from './event-client';
import { MAX_REPLAYED, resumePoint, type ResumePoint } from './resume-point';

const PATH = '/api/v1/events';
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies of the nginx kind would hold events back until a buffer is full.
  'x-accel-buffering': 'no',
};
/** A browser comes again after this. Milliseconds. */
const RETRY_MS = 2_000;
const REPLAY_MS = 30_000;

export interface EventStreamsOptions extends Pick<
  EventClientOptions,
  'urls' | 'metrics' | 'maxBufferedBytes'
> {
  readonly bus: Bus;
  readonly fanOut: FanOut;
  readonly snapshots: Snapshots;
  readonly places: Places;
  readonly logger: Logger;
  readonly beatMs: number;
  readonly publicUrl: string | undefined;
}

/** Server-sent events on `GET /api/v1/events`: all jobs of the caller, or with `job_id` one of them. */
export class EventStreams {
  private readonly clients = new Set<EventClient>();
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(private readonly options: EventStreamsOptions) {}

  get open(): readonly EventClient[] {
    return [...this.clients];
  }

  start(): void {
    this.heartbeat = setInterval(() => {
      for (const client of this.clients) client.beat();
    }, this.options.beatMs);
  }

  stop(): void {
    clearInterval(this.heartbeat);
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
    const leave = this.options.places.take(userId);
    const session = new Session(scope);
    this.options.fanOut.add(session);
    response.once('close', () => {
      this.options.fanOut.remove(session);
      leave();
    });
    const stream = await orUnavailable(
      this.options.bus.streamState(STREAMS.jobs.name),
      'The stream of events',
    );
    const lastEventId = headerOf(request, 'last-event-id') ?? query.get('last_event_id') ?? undefined;
    const point = resumePoint(lastEventId, stream);
    const client = new EventClient(response, {
      ...this.options,
      session,
      credential,
      epoch: stream.created.getTime(),
    });
    // Before the first byte, so that a job that is not there is still a 404.
    const present = point.kind === 'replay' ? undefined : await this.present(scope);
    if (response.destroyed) return;
    response.writeHead(200, HEADERS).write(`retry: ${RETRY_MS}\n\n`);
    this.enter(client, response);
    await this.catchUp(client, point, stream.lastSeq, present);
  }

  private enter(client: EventClient, response: ServerResponse): void {
    const { metrics } = this.options;
    this.clients.add(client);
    metrics.streamOpened();
    response.once('close', () => {
      this.clients.delete(client);
      metrics.streamClosed();
    });
  }

  private async catchUp(
    client: EventClient,
    point: ResumePoint,
    lastSeq: number,
    present: Awaited<ReturnType<Snapshots['read']>>,
  ): Promise<void> {
    const { scope } = client.session;
    client.announce('connected', { id: scope.jobId ?? scope.userId });
    if (point.kind === 'replay') {
      if (await this.replay(client, point.fromSeq)) {
        client.session.open([], client);
        return;
      }
      client.announce('reset', { reason: 'You missed more events than are told one by one.' });
      present = await this.present(scope);
    } else if (point.kind === 'reset') {
      client.announce('reset', { reason: point.reason });
    }
    client.session.open(present ?? [], client);
    // Who goes away from here on need not be told the present state again.
    client.announce('ready', { id: scope.jobId ?? scope.userId }, lastSeq);
  }

  /** True when all that was missed was told. */
  private async replay(client: EventClient, fromSeq: number): Promise<boolean> {
    const { bus, logger } = this.options;
    const { scope } = client.session;
    let told = fromSeq - 1;
    const { complete } = await readRange(bus, {
      stream: STREAMS.jobs.name,
      subject: subjects.jobs(scope.userId),
      fromSeq,
      limit: MAX_REPLAYED,
      timeoutMs: REPLAY_MS,
      onMessage: async (message) => {
        told = message.seq;
        const event = toEvent(message, logger);
        if (!event || (scope.jobId !== undefined && jobIdOf(event) !== scope.jobId)) return;
        client.session.replay(event, client);
        await client.drained();
      },
    });
    client.replayed(told);
    return complete;
  }

  private async present(scope: Scope): ReturnType<Snapshots['read']> {
    const states = await orUnavailable(this.options.snapshots.read(scope), 'The state of the jobs');
    if (!states) throw new AppError('not_found', 'There is no such job, or it is not yours.');
    return states;
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
