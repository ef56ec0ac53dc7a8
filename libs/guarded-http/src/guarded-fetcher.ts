import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { readAnswer } from './answer';
import type { GuardOptions } from './checked-addresses';
import { nameOf, readUrl } from './checked-url';
import { Exchange } from './exchange';
import { FetchFailure } from './fetch-failure';
import { GuardedRequests } from './guarded-requests';
import { announcedBytes, limitedBody } from './limited-body';

export interface FetcherOptions extends GuardOptions {
  /** From the name to the end of the answer's head, for each redirect anew. Milliseconds, 30,000 unless told. */
  readonly headMs?: number;
  /** Without a byte of the body. Milliseconds, 30,000 unless told. */
  readonly idleMs?: number;
  /** For everything. Milliseconds, half an hour unless told. */
  readonly totalMs?: number;
}

export interface FetchOptions {
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Fetched {
  /** Read it to its end or destroy it. Fails with a `FetchFailure`, also where the server hung up early. */
  readonly body: Readable;
  /** As the server announced it; undefined where it did not. */
  readonly sizeBytes: number | undefined;
  /** False where hanging up is the only end that the body has, so that a cut one looks like a whole one. */
  readonly endIsMarked: boolean;
  /** Where the body came from in the end, host and path: what may be logged. */
  readonly name: string;
}

const MAX_REDIRECTS = 3;
const IDLE_MS = 30_000;
const TOTAL_MS = 30 * 60_000;

/**
 * Fetches URLs that others gave us, who may wish us ill: http and https only, to public addresses only (each one checked, and the
 * checked one connected to), through at most three redirects that are checked alike, within limits of time and bytes, and
 * with nothing sent along that could speak for us. What comes is not trusted either: look at the content for its type.
 */
export class GuardedFetcher {
  private readonly requests: GuardedRequests;

  constructor(private readonly options: FetcherOptions = {}) {
    this.requests = new GuardedRequests(options);
  }

  /** Opens a URL; the body flows as it is read. Throws `FetchFailure`. */
  async open(text: string, { maxBytes, signal }: FetchOptions): Promise<Fetched> {
    const url = readUrl(text);
    const { totalMs = TOTAL_MS, idleMs = IDLE_MS } = this.options;
    const exchange = new Exchange({ name: nameOf(url), totalMs }, signal);
    try {
      const { response, name } = await this.follow(url, exchange);
      const sizeBytes = announcedBytes(response, name, maxBytes);
      const body = limitedBody(response, exchange, name, { maxBytes, idleMs });
      const endIsMarked = sizeBytes !== undefined || response.headers['transfer-encoding'] !== undefined;
      return { body, sizeBytes, endIsMarked, name };
    } catch (error) {
      exchange.close();
      throw error;
    }
  }

  private async follow(first: URL, exchange: Exchange): Promise<{ response: IncomingMessage; name: string }> {
    let url = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const name = nameOf(url);
      const response = await this.requests.send(url, {}, exchange, this.options.headMs);
      const answer = readAnswer(response, name);
      if (answer.kind === 'body') return { response, name };
      response.destroy();
      url = readUrl(answer.location, url);
    }
    throw new FetchFailure('unavailable', `${nameOf(first)} redirects more than ${MAX_REDIRECTS} times.`);
  }
}
