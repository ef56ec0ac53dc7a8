import { Gauge } from 'prom-client';
import { consumerStates, type Bus, type ConsumerState } from '@shotloom/bus';
import { STREAMS } from '@shotloom/contracts';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import { shared } from './shared-reading';

interface Reading {
  readonly name: string;
  readonly help: string;
  readonly of: (state: ConsumerState) => number;
}

/** Streams that durable consumers read; dead letters are counted on their own. */
const READ = Object.values(STREAMS)
  .map(({ name }) => name)
  .filter((name) => name !== STREAMS.dead.name);

const READINGS: readonly Reading[] = [
  {
    name: 'shotloom_bus_pending_messages',
    help: 'Messages that a consumer was not given yet.',
    of: ({ pending }) => pending,
  },
  {
    name: 'shotloom_bus_unacked_messages',
    help: 'Messages that a consumer was given and has not ended: in work, or asleep until the next try.',
    of: ({ unacked }) => unacked,
  },
  {
    name: 'shotloom_bus_oldest_age_seconds',
    help: 'Age of the oldest message that a consumer has not ended; 0 where there is none.',
    of: ({ oldestAt }) => (oldestAt === null ? 0 : Math.max(0, (Date.now() - oldestAt.getTime()) / 1000)),
  },
];

/** How far each durable consumer is, asked of the server at each scrape: a question a stream, and one a consumer that has work. */
export function observeConsumers(registry: MetricsRegistry, bus: Bus, logger: Logger): void {
  const states = shared(() => consumerStates(bus, READ), logger);
  for (const { name, help, of } of READINGS) {
    new Gauge({
      name,
      help,
      labelNames: ['stream', 'durable'],
      registers: [registry],
      async collect() {
        const read = await states();
        this.reset();
        for (const state of read ?? []) this.set({ stream: state.stream, durable: state.durable }, of(state));
      },
    });
  }
}
