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
  /** Orders of a video that a vendor takes in any minute under one credential, beside the calls. Null: no such limit is known. */
  createsPerMinute: z.int().positive().nullable(),
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
