import type { ProviderSpec } from '../../provider-spec';

export const provider: ProviderSpec = {
  id: 'hailuo',
  kind: 'poll',
  // The vendor publishes no number of parallel tasks; it answers 1041 beyond it.
  concurrency: 20,
  // Creates are limited to 5 a minute outside of China (20 inside for who pays); beyond it comes 1002, and the job waits. Queries are not
  // limited by any published number, and submits and polls share this budget.
  requests: { perMinute: 120, burst: 5 },
  poll: {
    batch: 1,
    // What the vendor advises.
    minSeconds: 10,
    maxSeconds: 60,
    // It keeps no id of ours: a lost answer waits for the callback, or for a person.
    lookup: false,
    cancel: false,
    callbacks: 'unsigned',
  },
};
