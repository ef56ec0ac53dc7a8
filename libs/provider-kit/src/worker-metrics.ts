import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '@shotloom/service-kit';
import { known } from './known-metric';

/** What became of a message that asked for a render. `refused`: the fence did not let us in. */
export type AttemptOutcome =
  'succeeded' | 'failed' | 'cancelled' | 'lost' | 'lapsed' | 'stopped' | 'refused' | 'unreported';

export interface WorkerMetrics {
  ended(outcome: AttemptOutcome, seconds: number): void;
  inFlight(change: 1 | -1): void;
}

const SECONDS_BUCKETS = [0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600];

export function workerMetrics(registry: MetricsRegistry, provider: string): WorkerMetrics {
  const registers = [registry];
  const attempts = known(registry, 'shotloom_attempts_total', (name) => {
    const labelNames = ['provider', 'outcome'];
    return new Counter({
      name,
      help: 'Attempts at this worker by what became of them.',
      labelNames,
      registers,
    });
  });
  const seconds = known(registry, 'shotloom_attempt_seconds', (name) => {
    const labelNames = ['provider', 'outcome'];
    const help = 'Time from the grant of an attempt to its end.';
    return new Histogram({ name, help, labelNames, buckets: SECONDS_BUCKETS, registers });
  });
  const inFlight = known(registry, 'shotloom_render_in_flight', (name) => {
    return new Gauge({ name, help: 'Renders under way.', labelNames: ['provider'], registers });
  });
  inFlight.set({ provider }, 0);
  return {
    ended: (outcome, value) => {
      attempts.inc({ provider, outcome });
      if (outcome !== 'refused') seconds.observe({ provider, outcome }, value);
    },
    inFlight: (change) => inFlight.inc({ provider }, change),
  };
}
