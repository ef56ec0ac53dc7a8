import { z } from 'zod';
import { WEBHOOK_EVENT_TYPES, WEBHOOK_PATTERNS } from '../webhooks/event-types';
import {
  WEBHOOK_DELIVERY_STATUSES,
  WEBHOOK_DISABLED_REASONS,
  type WebhookDeliveryRecord,
  type WebhookRecord,
} from '../webhooks/record';

const MAX_URL = 2_000;

/** Where events can be sent to; that it is public is checked when it is given and at every call. */
export const webhookUrlSchema = z
  .url({ protocol: /^https?$/ })
  .max(MAX_URL)
  .describe('https, at a public address, without credentials.');
const description = z
  .string()
  .trim()
  .max(500)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');
const eventTypes = z
  .array(
    z.string().refine((type) => WEBHOOK_PATTERNS.includes(type), {
      error: `must be one of ${WEBHOOK_PATTERNS.join(', ')}`,
    }),
  )
  .min(1)
  .max(50)
  .transform((types) => [...new Set(types)])
  .describe('Types of events; `job.*` is all of a family, `*` is everything.');

/** POST /api/v1/webhooks */
export const createWebhookSchema = z
  .strictObject({ url: webhookUrlSchema, description: description.default(''), event_types: eventTypes })
  .meta({ id: 'CreateWebhook' });
export type CreateWebhook = z.infer<typeof createWebhookSchema>;

/** PATCH /api/v1/webhooks/{id}: what is left out stays. */
export const changeWebhookSchema = z
  .strictObject({
    url: webhookUrlSchema.optional(),
    description: description.optional(),
    event_types: eventTypes.optional(),
    enabled: z
      .boolean()
      .optional()
      .describe('False: events are not kept for it. True: it is called again, whoever had disabled it.'),
  })
  .refine((body) => Object.keys(body).length > 0, { error: 'must change something' })
  .meta({ id: 'ChangeWebhook' });
export type ChangeWebhook = z.infer<typeof changeWebhookSchema>;

export const webhookResourceSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    event_types: z.array(z.string()),
    enabled: z.boolean(),
    disabled_reason: z
      .enum(WEBHOOK_DISABLED_REASONS)
      .nullable()
      .describe('`owner`: you did; `failing`: every call failed for too long; `gone`: it answered 410.'),
    disabled_at: z.iso.datetime().nullable(),
    failing_since: z.iso.datetime().nullable(),
    old_secret_until: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });
export type WebhookResource = z.infer<typeof webhookResourceSchema>;

/** `secret` is shown in this one answer; a repeated request with the same Idempotency-Key gets none. */
export const webhookWithSecretSchema = webhookResourceSchema
  .extend({ secret: z.string().optional().describe('`whsec_` and base64; verify signatures with it.') })
  .meta({ id: 'WebhookWithSecret' });
export type WebhookWithSecret = z.infer<typeof webhookWithSecretSchema>;

/** GET /api/v1/webhooks/signing-secret */
export const signingSecretSchema = z
  .object({
    secret: z
      .string()
      .describe('`whsec_` and base64; it signs what is sent to the `webhook_url` of your jobs.'),
    old_secret_until: z.iso.datetime().nullable().describe('The one before signs beside it until then.'),
  })
  .meta({ id: 'SigningSecret' });
export type SigningSecret = z.infer<typeof signingSecretSchema>;

const page = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.guid('is not a cursor of this list').optional(),
};
export const webhookListQuerySchema = z.strictObject(page).meta({ id: 'WebhookListQuery' });
export type WebhookListQuery = z.infer<typeof webhookListQuerySchema>;
export const webhookPageSchema = z
  .object({ data: z.array(webhookResourceSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'WebhookPage' });

/** GET /api/v1/webhooks/{id}/deliveries: newest first. */
export const webhookDeliveryListQuerySchema = z
  .strictObject({ ...page, status: z.enum(WEBHOOK_DELIVERY_STATUSES).optional() })
  .meta({ id: 'WebhookDeliveryListQuery' });
export type WebhookDeliveryListQuery = z.infer<typeof webhookDeliveryListQuerySchema>;

export const webhookDeliveryResourceSchema = z
  .object({
    id: z.string(),
    webhook_id: z.string(),
    event_id: z.string().describe('The header `webhook-id`; the same for every try and every redelivery.'),
    event_type: z.enum(WEBHOOK_EVENT_TYPES),
    status: z.enum(WEBHOOK_DELIVERY_STATUSES),
    attempts: z.int(),
    next_try_at: z.iso.datetime().nullable(),
    last_tried_at: z.iso.datetime().nullable(),
    status_code: z.int().nullable(),
    answer: z.string().nullable().describe('The first bytes of the answer.'),
    error: z.string().nullable(),
    duration_ms: z.int().nullable(),
    created_at: z.iso.datetime(),
    delivered_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDeliveryResource = z.infer<typeof webhookDeliveryResourceSchema>;
export const webhookDeliveryPageSchema = z
  .object({ data: z.array(webhookDeliveryResourceSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'WebhookDeliveryPage' });

/** POST /api/v1/webhooks/{id}/redeliver-failed */
export const redeliverFailedSchema = z
  .strictObject({ since: z.iso.datetime().describe('Deliveries of events since this time.') })
  .meta({ id: 'RedeliverFailed' });
export type RedeliverFailed = z.infer<typeof redeliverFailedSchema>;
export const redeliveredSchema = z
  .object({
    redelivered: z.int().nonnegative(),
    more: z.boolean().describe('True where there are more than one call takes: ask again.'),
  })
  .meta({ id: 'Redelivered' });
export type Redelivered = z.infer<typeof redeliveredSchema>;

/** The record of the bus as a resource of the API. Pure. */
export function toWebhookResource(webhook: WebhookRecord): WebhookResource {
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    event_types: webhook.eventTypes,
    enabled: webhook.enabled,
    disabled_reason: webhook.disabledReason,
    disabled_at: webhook.disabledAt,
    failing_since: webhook.failingSince,
    old_secret_until: webhook.oldSecretUntil,
    created_at: webhook.createdAt,
  };
}

export function toWebhookDeliveryResource(delivery: WebhookDeliveryRecord): WebhookDeliveryResource {
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    status: delivery.status,
    attempts: delivery.attempts,
    next_try_at: delivery.nextTryAt,
    last_tried_at: delivery.lastTriedAt,
    status_code: delivery.statusCode,
    answer: delivery.answer,
    error: delivery.error,
    duration_ms: delivery.durationMs,
    created_at: delivery.createdAt,
    delivered_at: delivery.deliveredAt,
  };
}
