import { Gauge } from 'prom-client';
import { countDead, type Bus } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';
import { observeConsumers } from './consumer-metrics';
import { shared } from './shared-reading';
import { readCounts, type StuckCounts } from './stuck-counts';

type Counted = Exclude<keyof StuckCounts, 'deadLetters' | 'oldestUnpublishedSeconds'>;

const GAUGES: readonly { readonly name: string; readonly help: string; readonly of: Counted }[] = [
  {
    name: 'shotloom_attempts_overdue',
    help: 'Attempts that should have moved two minutes ago or more.',
    of: 'overdueAttempts',
  },
  {
    name: 'shotloom_attempts_uncertain',
    help: 'Attempts whose submit got no answer; their credits stay held.',
    of: 'uncertainAttempts',
  },
  {
    name: 'shotloom_attempts_uncertain_oldest_age_seconds',
    help: 'Age of the oldest uncertain attempt.',
    of: 'oldestUncertainSeconds',
  },
  {
    name: 'shotloom_outbox_dead_messages',
    help: 'Messages of jobs that the bus refused for good and nobody has sent again.',
    of: 'deadOutbox',
  },
  {
    name: 'shotloom_holds_overdue',
    help: 'Holds that are open past their alarm time.',
    of: 'overdueHolds',
  },
];

/** What wants an operator, read from the rows and from the server at each scrape; the same on every replica. */
export function observeOperations(
  registry: MetricsRegistry,
  { database, bus, logger }: { database: Database<JobsSchema>; bus: Bus; logger: Logger },
): void {
  const counts = shared(() => readCounts(database), logger);
  const registers = [registry];
  for (const { name, help, of } of GAUGES) {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const read = await counts();
        if (read) this.set(read[of]);
      },
    });
  }
  observeDeadLetters(registry, bus, logger);
  observeConsumers(registry, bus, logger);
}

function observeDeadLetters(registry: MetricsRegistry, bus: Bus, logger: Logger): void {
  const dead = shared(() => countDead(bus), logger);
  const labelNames = ['stream', 'durable'];
  const registers = [registry];
  new Gauge({
    name: 'shotloom_dead_letters',
    help: 'Messages that were given up, by the consumer that gave them up.',
    labelNames,
    registers,
    async collect() {
      const read = await dead();
      this.reset();
      for (const { stream, durable, count } of read ?? []) this.set({ stream, durable }, count);
    },
  });
  new Gauge({
    name: 'shotloom_dead_letters_oldest_age_seconds',
    help: 'Age of the oldest message that was given up, by the consumer that gave it up.',
    labelNames,
    registers,
    async collect() {
      const read = await dead();
      this.reset();
      for (const { stream, durable, oldestAt } of read ?? []) {
        if (oldestAt) this.set({ stream, durable }, Math.max(0, (Date.now() - oldestAt.getTime()) / 1000));
      }
    },
  });
}
