import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '@shotloom/service-kit';
import type { DeadKind } from './verdict';

export type MessageOutcome =
  'handled' | 'unwanted' | 'retried' | 'parked' | 'requeued' | 'forgotten' | 'dead';

/** What the bus counts; does nothing without a registry. Durations in seconds. */
export interface BusMetrics {
  /** A consumer begins: what it counts is shown from then on, so that the first redelivery is a rise. */
  consumes(stream: string, durable: string): void;
  message(stream: string, durable: string, outcome: MessageOutcome): void;
  handler(stream: string, durable: string, seconds: number): void;
  redelivery(stream: string, durable: string): void;
  dead(stream: string, durable: string, kind: DeadKind): void;
  inFlight(stream: string, durable: string, change: 1 | -1): void;
}

const SECONDS_BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 1_800];

export function busMetrics(registry: MetricsRegistry | undefined): BusMetrics {
  if (registry === undefined) return silent;
  const registers = [registry];
  const of = ['stream', 'durable'];
  const messages = known<Counter>(registry, 'shotloom_bus_messages_total', (name) => {
    return new Counter({
      name,
      help: 'Deliveries by what became of them.',
      labelNames: [...of, 'outcome'],
      registers,
    });
  });
  const seconds = known<Histogram>(registry, 'shotloom_bus_handler_seconds', (name) => {
    return new Histogram({
      name,
      help: 'Time in the handler.',
      labelNames: of,
      buckets: SECONDS_BUCKETS,
      registers,
    });
  });
  const redeliveries = known<Counter>(registry, 'shotloom_bus_redeliveries_total', (name) => {
    return new Counter({ name, help: 'Deliveries after the first.', labelNames: of, registers });
  });
  const dead = known<Counter>(registry, 'shotloom_bus_dead_letters_total', (name) => {
    return new Counter({ name, help: 'Messages given up.', labelNames: [...of, 'kind'], registers });
  });
  const inFlight = known<Gauge>(registry, 'shotloom_bus_in_flight', (name) => {
    return new Gauge({ name, help: 'Messages being handled now.', labelNames: of, registers });
  });
  return {
    consumes: (stream, durable) => {
      redeliveries.inc({ stream, durable }, 0);
      inFlight.inc({ stream, durable }, 0);
      messages.inc({ stream, durable, outcome: 'handled' }, 0);
    },
    message: (stream, durable, outcome) => messages.inc({ stream, durable, outcome }),
    handler: (stream, durable, value) => seconds.observe({ stream, durable }, value),
    redelivery: (stream, durable) => redeliveries.inc({ stream, durable }),
    dead: (stream, durable, kind) => dead.inc({ stream, durable, kind }),
    inFlight: (stream, durable, change) => inFlight.inc({ stream, durable }, change),
  };
}

const silent: BusMetrics = {
  consumes: () => undefined,
  message: () => undefined,
  handler: () => undefined,
  redelivery: () => undefined,
  dead: () => undefined,
  inFlight: () => undefined,
};

/** A second bus in the same process counts into the same metric: registering a name twice would throw. */
function known<M>(registry: MetricsRegistry, name: string, create: (name: string) => M): M {
  const existing: unknown = registry.getSingleMetric(name);
  return existing === undefined ? create(name) : (existing as M);
}
