import type { ProviderSpec } from '../../provider-spec';

export const provider: ProviderSpec = {
  id: 'replicate',
  kind: 'poll',
  // The vendor queues whatever comes, so that this only bounds what a mistake can cost.
  concurrency: 200,
  // The vendor's rate limits (replicate.com/docs/topics/predictions/rate-limits, read in 2026-11): 600 creates a minute, and 3000 of all
  // other calls; ours are counted together, and what comes at once is inside of the 3000. An account without a payment method has 6 creates.
  requests: { perMinute: 2_900, burst: 100 },
  createsPerMinute: 600,
  poll: {
    batch: 20,
    minSeconds: 5,
    maxSeconds: 60,
    // It keeps no id of ours: a lost answer waits for the callback, or for a person.
    lookup: false,
    cancel: true,
    callbacks: 'signed',
  },
};
