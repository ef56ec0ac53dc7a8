import type { ProviderSpec } from '../../provider-spec';

export const provider: ProviderSpec = {
  id: 'kling',
  kind: 'poll',
  // The vendor's own limit is the size of the largest resource pack, which only the operator knows; it answers 1303 beyond it.
  concurrency: 500,
  // Queries are free and batched; creates are limited by a rate that the vendor does not publish (error 1302).
  requests: { perMinute: 1_200, burst: 40 },
  createsPerMinute: null,
  poll: {
    batch: 20,
    minSeconds: 5,
    maxSeconds: 60,
    lookup: true,
    cancel: false,
    callbacks: 'signed',
  },
};
