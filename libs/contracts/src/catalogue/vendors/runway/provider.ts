import type { ProviderSpec } from '../../provider-spec';

export const provider: ProviderSpec = {
  id: 'runway',
  kind: 'poll',
  // The vendor takes more than an account's tier works on (1 to 20 at a time), and throttles the rest by itself.
  concurrency: 20,
  // No limit of calls is published, only one of tasks a day.
  requests: { perMinute: 300, burst: 20 },
  createsPerMinute: null,
  poll: {
    batch: 1,
    // No faster than this, says the vendor.
    minSeconds: 5,
    maxSeconds: 60,
    // It keeps no id of ours, has no list, and calls nobody back: a lost answer waits for a person.
    lookup: false,
    cancel: true,
    callbacks: 'none',
  },
};
