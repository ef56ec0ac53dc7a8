import type { ProviderSpec } from '../../provider-spec';

export const provider: ProviderSpec = {
  id: 'replicate',
  kind: 'poll',
  // The vendor queues whatever comes, so that this only bounds what a mistake can cost.
  concurrency: 200,
  // 600 creates a minute; queries have 3000 of their own, but submits and polls share this budget.
  requests: { perMinute: 600, burst: 20 },
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
