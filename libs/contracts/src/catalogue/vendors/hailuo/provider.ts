import type { ProviderSpec } from '../../provider-spec';

export const provider: ProviderSpec = {
  id: 'hailuo',
  kind: 'poll',
  // The vendor publishes no number of parallel tasks; it answers 1041 beyond it.
  concurrency: 20,
  // Queries are not limited by any published number.
  requests: { perMinute: 120, burst: 5 },
  // The vendor's rate limits (platform.minimax.io/docs, guides/rate-limits, read in 2026-11): 5 videos a minute outside of China. Its China
  // edition has 5 for free accounts and 20 for who pays, which the operator sets. Beyond it comes 1002.
  createsPerMinute: 5,
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
