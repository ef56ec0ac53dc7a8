import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '@shotloom/service-kit';

/** What became of one call. `superseded`: it came after its lease, and another call counts. */
export type CallOutcome = (typeof OUTCOMES)[number];
const OUTCOMES = ['delivered', 'retried', 'failed', 'superseded'] as const;
/** Why an endpoint is disabled by us: it failed for long, or said that it is gone. */
export type DisabledReason = (typeof DISABLED)[number];
const DISABLED = ['failing', 'gone'] as const;

export interface WebhookMetrics {
  call(outcome: CallOutcome, seconds: number): void;
  disabled(reason: DisabledReason): void;
  event(deliveries: number): void;
  queue(state: { readonly depth: number; readonly oldestSeconds: number }): void;
  running(calls: number): void;
}

const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];

export function createWebhookMetrics(registry: MetricsRegistry): WebhookMetrics {
  const registers = [registry];
  const calls = new Counter({
    name: 'shotloom_webhook_deliveries_total',
    help: 'Calls to endpoints, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'shotloom_webhook_call_seconds',
    help: 'From the name of an endpoint to its answer or the end of patience.',
    buckets: CALL_BUCKETS,
    registers,
  });
  const disabled = new Counter({
    name: 'shotloom_webhook_endpoints_disabled_total',
    help: 'Endpoints that were disabled for their answers, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const recorded = new Counter({
    name: 'shotloom_webhook_recorded_total',
    help: 'Deliveries made of events.',
    registers,
  });
  // Shown from the start, so that the first of them is a rise.
  for (const outcome of OUTCOMES) calls.inc({ outcome }, 0);
  for (const reason of DISABLED) disabled.inc({ reason }, 0);
  const depth = new Gauge({
    name: 'shotloom_webhook_queue_depth',
    help: 'Deliveries whose time has come and that wait for a call; counted up to 100,000.',
    registers,
  });
  const oldest = new Gauge({
    name: 'shotloom_webhook_queue_oldest_age_seconds',
    help: 'How long ago the time of the delivery came that has waited longest.',
    registers,
  });
  const running = new Gauge({
    name: 'shotloom_webhook_calls_running',
    help: 'Calls that this process makes now.',
    registers,
  });
  return {
    call: (outcome, took) => {
      calls.inc({ outcome });
      seconds.observe(took);
    },
    disabled: (reason) => disabled.inc({ reason }),
    event: (deliveries) => recorded.inc(deliveries),
    queue: (state) => {
      depth.set(state.depth);
      oldest.set(state.oldestSeconds);
    },
    running: (count) => running.set(count),
  };
}
