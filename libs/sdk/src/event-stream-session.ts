import { ShotloomError, parseJson, errorOfAnswer, networkError } from './errors';
import { EventParser, type ServerSentEvent } from './event-source';
import type { Heartbeat, SessionHandlers } from './socket-session';
import type { Transport } from './transport';
import type { SocketMessage } from './types';

export interface StreamHandlers extends Pick<SessionHandlers, 'onMessage' | 'onLost'> {
  /** In place of `onLost`: it will be refused again, so there is no use in another try. */
  readonly onRefused: () => void;
}

/** What is watched, and where to go on from. */
export interface StreamStart {
  /** Absent: all jobs of the caller. */
  readonly jobId: string | undefined;
  readonly lastEventId: string | undefined;
}

type PlacedMessage = SocketMessage & { readonly event_id?: string | undefined };

const PATH = '/api/v1/events';
const WORTH_A_TRY = new Set([408, 425, 429]);

/** One stream of server-sent events by `fetch`, so that it works in browsers and in Node, with the same credentials as every call. */
export class EventStreamSession {
  private readonly abort = new AbortController();
  private silence: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(
    private readonly transport: Transport,
    private readonly start: StreamStart,
    private readonly handlers: StreamHandlers,
    private readonly heartbeat: Heartbeat,
  ) {
    this.heard();
    this.run().then(
      () => this.lose(),
      (error: unknown) => (isRefusal(error) ? this.refuse() : this.lose()),
    );
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.silence);
    this.abort.abort(new Error('The stream was closed.'));
  }

  private async run(): Promise<void> {
    const response = await this.transport.authorized(() => this.open());
    const parser = new EventParser();
    const decoder = new TextDecoder();
    // A stream without a body is one that has ended.
    const body = response.body as ReadableStream<Uint8Array> | null;
    const reader = body?.getReader();
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done || this.ended) return;
      this.heard();
      for (const event of parser.take(decoder.decode(piece.value, { stream: true }))) this.receive(event);
    }
  }

  private async open(): Promise<Response> {
    const { jobId, lastEventId } = this.start;
    const { credentials, options } = this.transport;
    const headers = { accept: 'text/event-stream', ...credentials.headers };
    const place = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await options
      .fetch(this.transport.url(PATH, { job_id: jobId }), {
        headers: { ...headers, ...place },
        ...(credentials.cookies ? { credentials: 'include' as const } : {}),
        cache: 'no-store',
        signal: this.abort.signal,
      })
      .catch((cause: unknown) => {
        throw networkError(cause);
      });
    if (!response.ok)
      throw errorOfAnswer(response.status, await response.text(), response.headers.get('retry-after'));
    if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) return response;
    throw new ShotloomError('bad_response', 'The answer is no stream of events.', { status: 400 });
  }

  private receive({ id, event, data }: ServerSentEvent): void {
    const parsed = parseJson(data);
    if (this.ended || typeof parsed !== 'object' || parsed === null) return;
    const message = toMessage(event, parsed);
    if (!message) return;
    const placed: PlacedMessage = id === undefined ? message : { ...message, event_id: id };
    this.handlers.onMessage(placed);
  }

  /** The server beats while nothing happens. */
  private heard(): void {
    clearTimeout(this.silence);
    const { everyMs, patienceMs } = this.heartbeat;
    this.silence = setTimeout(() => this.lose(), everyMs + patienceMs);
  }

  private lose(): void {
    if (this.ended) return;
    this.close();
    this.handlers.onLost();
  }

  private refuse(): void {
    if (this.ended) return;
    this.close();
    this.handlers.onRefused();
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof ShotloomError &&
    error.status >= 400 &&
    error.status < 500 &&
    !WORTH_A_TRY.has(error.status)
  );
}

/** The same as the socket would have said; undefined for what this client does not know. */
function toMessage(event: string, data: object): SocketMessage | undefined {
  const { id, reason } = data as { readonly id?: string; readonly reason?: string };
  const jobId = id ?? '';
  if (event === 'connected') return { type: 'connected', job_id: jobId, message: 'Connected.' };
  if (event === 'reset') return { type: 'reset', job_id: jobId, reason: reason ?? '' };
  if (event === 'ready') return { type: 'ready', job_id: jobId, event_id: '' };
  return 'type' in data ? (data as SocketMessage) : undefined;
}
