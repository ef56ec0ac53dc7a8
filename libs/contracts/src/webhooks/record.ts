import { z } from 'zod';
import { WEBHOOK_EVENT_TYPES } from './event-types';

/** Who turned an endpoint off: its owner, we after nothing but failures, or the receiver by answering 410. */
export const WEBHOOK_DISABLED_REASONS = ['owner', 'failing', 'gone'] as const;
export const WEBHOOK_DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;

/** An endpoint, without its secret. */
export const webhookRecordSchema = z.object({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(z.string()),
  enabled: z.boolean(),
  /** Null while it is enabled. */
  disabledReason: z.enum(WEBHOOK_DISABLED_REASONS).nullable(),
  disabledAt: z.iso.datetime().nullable(),
  /** Since when every call has failed; null where the last one did not. */
  failingSince: z.iso.datetime().nullable(),
  /** Until when the secret before this one signs too. */
  oldSecretUntil: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type WebhookRecord = z.infer<typeof webhookRecordSchema>;

/** One event on its way to one endpoint, with what the last call said. */
export const webhookDeliveryRecordSchema = z.object({
  id: z.string(),
  webhookId: z.string(),
  eventId: z.string(),
  eventType: z.enum(WEBHOOK_EVENT_TYPES),
  status: z.enum(WEBHOOK_DELIVERY_STATUSES),
  /** Calls so far, since it was last asked for. */
  attempts: z.int().nonnegative(),
  /** When the next call is due; null where none is. */
  nextTryAt: z.iso.datetime().nullable(),
  lastTriedAt: z.iso.datetime().nullable(),
  /** Null where no answer came, or no call was made. */
  statusCode: z.int().nullable(),
  /** The first bytes of the answer. */
  answer: z.string().nullable(),
  /** Why it did not work, in a sentence. */
  error: z.string().nullable(),
  /** Milliseconds of the last call. */
  durationMs: z.int().nonnegative().nullable(),
  createdAt: z.iso.datetime(),
  deliveredAt: z.iso.datetime().nullable(),
});
export type WebhookDeliveryRecord = z.infer<typeof webhookDeliveryRecordSchema>;
