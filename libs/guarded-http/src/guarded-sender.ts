import type { IncomingMessage } from 'node:http';
import type { GuardOptions } from './checked-addresses';
import { nameOf, readUrl } from './checked-url';
import { Exchange } from './exchange';
import { GuardedRequests } from './guarded-requests';
import { retryAfterMs } from './retry-after';

export interface SenderOptions extends GuardOptions {
  /** For a whole exchange, from the name to what is read of the answer. Milliseconds. */
  readonly totalMs: number;
  /** Of an answer's body; the rest is not read. Bytes. */
  readonly maxAnswerBytes: number;
  /** How long a server may ask us to wait. Milliseconds. */
  readonly maxRetryAfterMs: number;
}

export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly signal?: AbortSignal | undefined;
}

/** What a server said. A redirect is an answer like any other. */
export interface Answered {
  readonly status: number;
  /** The first bytes of the body as text. Empty where none came in time. */
  readonly text: string;
  readonly retryAfterMs: number | undefined;
}

/**
 * Posts to URLs that others gave us, who may wish us ill: to public addresses only (each one checked, and the checked one connected
 * to), within one deadline, with no redirect followed, and with no more of the answer read than was asked for.
 */
export class GuardedSender {
  private readonly requests: GuardedRequests;

  constructor(private readonly options: SenderOptions) {
    this.requests = new GuardedRequests(options);
  }

  /** Checks where a URL leads now, without sending. Throws `FetchFailure`; `refused` says why it will not do. */
  async check(text: string): Promise<void> {
    await this.requests.check(readUrl(text));
  }

  /**
   * Throws `FetchFailure` where no answer came: `refused`, `unavailable` or `cancelled`. A server that read the request to its end may get
   * it twice (see `requestOnce`), so the request has to say which one it is.
   */
  async post(text: string, { headers, body, signal }: Post): Promise<Answered> {
    const url = readUrl(text);
    const { totalMs, maxAnswerBytes, maxRetryAfterMs } = this.options;
    const exchange = new Exchange({ name: nameOf(url), totalMs }, signal);
    try {
      const response = await this.requests.send(url, { headers, body }, exchange, totalMs);
      const text = (await firstBytes(response, maxAnswerBytes)).toString('utf8');
      const status = response.statusCode ?? 0;
      return { status, text, retryAfterMs: retryAfterMs(response.headers['retry-after'], maxRetryAfterMs) };
    } finally {
      exchange.close();
    }
  }
}

/** The status is the answer; a body that breaks off, drips or never ends costs what is missing of it. Leaving early hangs up. */
async function firstBytes(response: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > most) break;
    }
  } catch {
    // The deadline, the caller or the server ended it.
  }
  return Buffer.concat(chunks).subarray(0, most);
}
