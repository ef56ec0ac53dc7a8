import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Address } from './checked-addresses';

/** Servers end what is idle for five seconds and more; we do so first. Milliseconds. */
const IDLE_MS = 4_000;
const IDLE_CONNECTIONS = 16;
/** Names whose addresses change with every answer must not pile up. */
const MOST_AGENTS = 64;

/**
 * Keeps connections for the next request to the same place: a handshake costs more than a small video. A connection is used again only
 * for a URL of the same scheme, host and port whose name has just been resolved to the very addresses, each of them checked, of which one
 * it was made to. So it leads nowhere that a new one could not lead.
 */
export class CheckedConnections {
  private readonly agents = new Map<string, HttpAgent>();

  agentFor({ protocol, host }: URL, addresses: readonly Address[]): HttpAgent {
    const place = [protocol, host, ...addresses.map(({ address }) => address).sort()].join(' ');
    const agent = this.agents.get(place) ?? newAgent(protocol);
    // Put behind the others, so that the first is the one that was not used for longest.
    this.agents.delete(place);
    this.agents.set(place, agent);
    if (this.agents.size > MOST_AGENTS) this.dropOldest();
    return agent;
  }

  private dropOldest(): void {
    for (const [place, agent] of this.agents) {
      this.agents.delete(place);
      // What is in use goes on, and is closed instead of kept.
      agent.maxFreeSockets = 0;
      for (const sockets of Object.values(agent.freeSockets))
        for (const socket of sockets ?? []) socket.destroy();
      return;
    }
  }
}

function newAgent(protocol: string): HttpAgent {
  const options = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: IDLE_CONNECTIONS };
  return protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
}
