import type { IncomingMessage } from 'node:http';
import { AllowList } from './allow-list';
import { checkedAddresses, resolveBySystem, type GuardOptions } from './checked-addresses';
import { CheckedConnections } from './checked-connections';
import type { Exchange } from './exchange';
import { requestOnce, type Question } from './request-once';

const HEAD_MS = 30_000;

/** The one way out: resolves, checks every address, and connects to a checked one. Each request does so anew. */
export class GuardedRequests {
  private readonly rules: Required<GuardOptions>;
  private readonly connections = new CheckedConnections();

  constructor({ allow = new AllowList(), resolve = resolveBySystem, plainHttp = 'anywhere' }: GuardOptions) {
    this.rules = { allow, resolve, plainHttp };
  }

  /** Throws `refused` or `unavailable`. Nothing is sent. */
  async check(url: URL): Promise<void> {
    await checkedAddresses(url, this.rules);
  }

  /** One request, from the name to the end of the answer's head within `headMs` (30,000 unless told). */
  send(url: URL, question: Question, exchange: Exchange, headMs: number = HEAD_MS): Promise<IncomingMessage> {
    return exchange.within(headMs, 'did not answer', async () => {
      const addresses = await checkedAddresses(url, this.rules);
      const { connections } = this;
      return requestOnce(url, question, { addresses, connections, signal: exchange.signal });
    });
  }
}
