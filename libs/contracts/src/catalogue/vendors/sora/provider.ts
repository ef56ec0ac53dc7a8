import type { ProviderSpec } from '../../provider-spec';

export const provider: ProviderSpec = {
  id: 'sora',
  kind: 'poll',
  // A server of one's own makes one after the other; gateways say 429 beyond theirs.
  concurrency: 8,
  // OpenAI's own numbers were never published; a server of one's own has none.
  requests: null,
  createsPerMinute: null,
  poll: {
    batch: 1,
    // The documentation advised 10 to 20.
    minSeconds: 10,
    maxSeconds: 60,
    // It keeps no id of ours, and its list does not tell two orders of the same words apart.
    lookup: false,
    cancel: false,
    // A webhook belongs to a project of the vendor's and cannot say which attempt it is about.
    callbacks: 'none',
  },
};
