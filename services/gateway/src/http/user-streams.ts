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

  /** Throws `rate_limited` for one stream too many. */
  refuseTooMany(userId: string): void {
    if ((this.open.get(userId) ?? 0) < MOST_STREAMS) return;
    throw new AppError('rate_limited', this.refusal, { retryable: true, retryAfterMs: 5_000 });
  }

  /** The events, counted for their user while somebody reads them. `turns` goes on for as long as a stream may. */
  async *of(
    userId: string,
    events: (turns: AsyncGenerator<void>) => AsyncGenerator<string>,
  ): AsyncGenerator<string> {
    this.count(userId, 1);
    try {
      yield 'retry: 3000\n\n';
      yield* events(this.turns());
    } finally {
      this.count(userId, -1);
    }
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

/** Sends a stream of server-sent events. */
export function sendEvents(reply: FastifyReply, events: AsyncGenerator<string>): void {
  void reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    // Proxies of the nginx kind would hold events back until a buffer is full.
    .header('x-accel-buffering', 'no')
    .send(Readable.from(events));
}
