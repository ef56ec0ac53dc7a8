import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { AppError } from '@shotloom/kernel';

/** Then the browser comes again by itself, and is asked anew who it is. Milliseconds. */
const LONGEST_MS = 15 * 60_000;
/** How often something new is looked for. Milliseconds. */
const LOOK_MS = 1_000;
const MOST_STREAMS = 6;

/** Streams of server-sent events that this process holds open: so many for each user, none for ever, and none past the end of the process. */
export class UserStreams {
  private readonly open = new Map<string, number>();
  private readonly closing = new AbortController();

  /** `refusal`: what a user with too many is told. */
  constructor(private readonly refusal: string) {}

  /** Ends the streams, which would hold up the end of the process. */
  close(): void {
    this.closing.abort();
  }

  /**
   * The events as a stream, which takes a place of its user from now on and gives it back when it is closed, read or not: of many that are
   * opened at once only so many find a place. `turns` goes on for as long as a stream may. Throws `rate_limited` for one too many.
   */
  start(userId: string, events: (turns: AsyncGenerator<void>) => AsyncGenerator<string>): Readable {
    if ((this.open.get(userId) ?? 0) >= MOST_STREAMS) {
      throw new AppError('rate_limited', this.refusal, { retryable: true, retryAfterMs: 5_000 });
    }
    this.count(userId, 1);
    return Readable.from(withRetry(events(this.turns()))).once('close', () => this.count(userId, -1));
  }

  /** One turn at once, then one each second. */
  private async *turns(): AsyncGenerator<void> {
    const end = performance.now() + LONGEST_MS;
    while (performance.now() < end && !this.closing.signal.aborted) {
      yield;
      await delay(LOOK_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }

  private count(userId: string, more: number): void {
    const now = (this.open.get(userId) ?? 0) + more;
    if (now > 0) this.open.set(userId, now);
    else this.open.delete(userId);
  }
}

async function* withRetry(events: AsyncGenerator<string>): AsyncGenerator<string> {
  yield 'retry: 3000\n\n';
  yield* events;
}

/** Sends a stream of server-sent events. */
export function sendEvents(reply: FastifyReply, events: Readable): void {
  void reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    // Proxies of the nginx kind would hold events back until a buffer is full.
    .header('x-accel-buffering', 'no')
    // Kept for another request, its connection would hold up the end of a process that has ended the stream.
    .header('connection', 'close')
    .send(events);
}
