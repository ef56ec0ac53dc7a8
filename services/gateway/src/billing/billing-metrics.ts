import { Counter, Gauge } from 'prom-client';
import type { MetricsRegistry } from '@shotloom/service-kit';

export interface BillingMetrics {
  readonly events: Counter<'type' | 'outcome'>;
  readonly wrong: Gauge<'state'>;
  readonly found: Counter;
  readonly sweepFailures: Counter;
}

export function billingMetrics(registry: MetricsRegistry): BillingMetrics {
  const registers = [registry];
  const metrics: BillingMetrics = {
    events: new Counter({
      name: 'shotloom_stripe_events_total',
      help: 'Events of Stripe by what became of them',
      labelNames: ['type', 'outcome'],
      registers,
    }),
    wrong: new Gauge({
      name: 'shotloom_stripe_events_wrong',
      help: 'Events of Stripe that could not be done: failed ones are tried again, refused ones need a person',
      labelNames: ['state'],
      registers,
    }),
    found: new Counter({
      name: 'shotloom_stripe_events_found_total',
      help: 'Events that no webhook brought and the sweep found at Stripe',
      registers,
    }),
    sweepFailures: new Counter({
      name: 'shotloom_billing_sweep_failures_total',
      help: 'Looks at Stripe for lost events that did not come to their end',
      registers,
    }),
  };
  // Known from the first sweep on.
  for (const state of ['failed', 'refused'] as const) metrics.wrong.set({ state }, 0);
  return metrics;
}
