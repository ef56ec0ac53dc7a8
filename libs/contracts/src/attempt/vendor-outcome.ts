import { z } from 'zod';
import { errorRecordSchema } from '../bus/rpc';
import { renderedObjectSchema } from './rendered-object';

/** What the vendor took for a task, in the vendor's own unit; a decimal string, since money is never a float. */
export const vendorCostSchema = z.looseObject({ amount: z.string(), unit: z.string() });

export type VendorCost = z.infer<typeof vendorCostSchema>;

/** A video at the vendor. `url` is a bearer secret: it is never logged. */
export const vendorVideoSchema = z.looseObject({
  url: z.string(),
  expiresAt: z.iso.datetime().nullable(),
  /** Seconds, as the vendor says. */
  durationSeconds: z.number().nullable(),
  /** Set where only the vendor's key opens the video, so that the worker has fetched it itself: it is here, and `url` is empty. */
  object: renderedObjectSchema.nullish(),
});

/**
 * What a look at a task gave, as it crosses the bus: `PollOutcome` of provider-kit with dates as text. Only `succeeded` and `failed`
 * end an attempt; everything else is asked again.
 */
export const vendorOutcomeSchema = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('running'),
    phase: z.enum(['queued', 'running']),
    /** 0 to 1; null where the vendor gives none. */
    progress: z.number().min(0).max(1).nullable(),
  }),
  z.looseObject({
    kind: z.literal('succeeded'),
    videos: z.array(vendorVideoSchema).min(1),
    cost: vendorCostSchema.nullable(),
  }),
  z.looseObject({ kind: z.literal('failed'), error: errorRecordSchema, cost: vendorCostSchema.nullable() }),
  /** A word or a shape that we do not know: alarm, and keep asking. */
  z.looseObject({ kind: z.literal('unknownStatus'), word: z.string() }),
  z.looseObject({ kind: z.literal('unreadable'), error: errorRecordSchema }),
  /** The vendor does not know the task (now). */
  z.looseObject({ kind: z.literal('notFound') }),
  /** The vendor could not be asked. */
  z.looseObject({ kind: z.literal('unavailable'), error: errorRecordSchema }),
]);
export type VendorOutcome = z.infer<typeof vendorOutcomeSchema>;

/** A key at a vendor, as an attempt pinned it. Never the secret itself. */
export const credentialRefSchema = z.looseObject({ id: z.string(), version: z.int().positive() });
export type CredentialRef = z.infer<typeof credentialRefSchema>;

/** What a worker needs to ask a vendor about a task. `vendorTaskId` is null after a lost answer. */
export const vendorTaskRefSchema = z.looseObject({
  attemptId: z.string(),
  externalTaskId: z.string(),
  vendorTaskId: z.string().nullable(),
  operation: z.string(),
});
export type VendorTaskRef = z.infer<typeof vendorTaskRefSchema>;
