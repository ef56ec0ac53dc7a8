import { z } from 'zod';

/** What the engine must know of a provider to ask it well: dated data, not code. Facts of the vendor are in its own adapter. */
export const providerSpecSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]+$/),
  /** `lease`: our own workers render; `poll`: a vendor is asked until it is done. */
  kind: z.enum(['lease', 'poll']),
  /** Attempts in flight at a time, over all users, unless the operator sets another number. */
  concurrency: z.int().positive(),
  /** Calls a minute under one credential, submits and polls together, and how many may come at once. Null: no limit is known. */
  requests: z.object({ perMinute: z.number().positive(), burst: z.int().positive() }).nullable(),
  poll: z
    .object({
      /** Tasks that one call may ask about. */
      batch: z.int().positive(),
      /** The shortest and the longest wait between two polls of a task. Seconds. */
      minSeconds: z.number().positive(),
      maxSeconds: z.number().positive(),
      /** Whether a task can be found by our own id after a lost answer. */
      lookup: z.boolean(),
      cancel: z.boolean(),
      callbacks: z.enum(['signed', 'unsigned', 'none']),
    })
    .nullable(),
});
export type ProviderSpec = z.infer<typeof providerSpecSchema>;

export const PROVIDERS: readonly ProviderSpec[] = [
  { id: 'animatic', kind: 'lease' as const, concurrency: 64, requests: null, poll: null },
  {
    id: 'kling',
    kind: 'poll' as const,
    // The vendor's own limit is the size of the largest resource pack, which only the operator knows; it answers 1303 beyond it.
    concurrency: 500,
    // Queries are free and batched; creates are limited by a rate that the vendor does not publish (error 1302).
    requests: { perMinute: 1_200, burst: 40 },
    poll: {
      batch: 20,
      minSeconds: 5,
      maxSeconds: 60,
      lookup: true,
      cancel: false,
      callbacks: 'signed' as const,
    },
  },
].map((provider) => providerSpecSchema.parse(provider));

/** For a provider that the list does not have: one of the operator's own, rendered under a lease. */
export function providerSpec(id: string): ProviderSpec {
  return (
    PROVIDERS.find((provider) => provider.id === id) ?? {
      id,
      kind: 'lease',
      concurrency: 64,
      requests: null,
      poll: null,
    }
  );
}
