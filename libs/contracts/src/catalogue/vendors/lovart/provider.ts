import type { ProviderSpec } from '../../provider-spec';

export const provider: ProviderSpec = {
  id: 'lovart',
  kind: 'poll',
  // No number is published, and one thread too many is refused for good (402/2012): few, until the operator knows the plan.
  concurrency: 2,
  // Not published. A submit is four calls or more, a poll two.
  requests: { perMinute: 120, burst: 20 },
  createsPerMinute: null,
  poll: {
    batch: 1,
    // The vendor's own client asks each 3 s; we read the result as well.
    minSeconds: 6,
    maxSeconds: 60,
    // It keeps no id of ours and calls nobody back: a lost answer waits for a person. A thread cannot be stopped.
    lookup: false,
    cancel: false,
    callbacks: 'none',
  },
};
