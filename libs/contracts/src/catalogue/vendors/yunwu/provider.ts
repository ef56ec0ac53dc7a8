import type { ProviderSpec } from '../../provider-spec';

export const provider: ProviderSpec = {
  id: 'yunwu',
  kind: 'poll',
  // No number of parallel tasks is published; a busy group answers 429, and the job waits.
  concurrency: 20,
  // No limit of calls is published either.
  requests: { perMinute: 120, burst: 10 },
  createsPerMinute: null,
  poll: {
    batch: 1,
    minSeconds: 10,
    maxSeconds: 60,
    // It keeps no id of ours, has no list, and calls nobody back: a lost answer waits for a person.
    lookup: false,
    cancel: false,
    callbacks: 'none',
  },
};
