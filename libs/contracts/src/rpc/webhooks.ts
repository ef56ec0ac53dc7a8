import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import {
  WEBHOOK_DELIVERY_STATUSES,
  WEBHOOK_DISABLED_REASONS,
  webhookDeliveryRecordSchema,
  webhookRecordSchema,
} from '../webhooks/record';

/** An endpoint is its owner's, in the account it was made in; in another account, or for anybody else, it is not there. */
const owner = { userId: z.guid(), accountId: z.guid() };
const owned = { ...owner, webhookId: z.guid() };
const one = z.object({ webhook: webhookRecordSchema });
/** Checking a URL asks a name server, which may take its time. */
const CHECK_MS = 12_000;

/**
 * Makes an endpoint under an id that the caller made, so that a lost answer can be asked for again: a known id gives what is there, without
 * a secret. Errors: `invalid_input` where the URL leads to what is not public; `conflict` with `maxWebhooks` in the account.
 */
export const createWebhookRpc = defineRpc(
  'rpc.webhooks.create',
  z.object({
    ...owned,
    url: z.string().max(2_000),
    description: z.string().max(500),
    eventTypes: z.array(z.string()).min(1).max(50),
    /** Living endpoints that the account may have. */
    maxWebhooks: z.int().nonnegative(),
  }),
  z.object({ webhook: webhookRecordSchema, secret: z.string().nullable() }),
  CHECK_MS,
);

/**
 * Lets one URL be told of these jobs of the owner and of nothing else, before they are accepted. Each gets an endpoint with the id of the
 * job, signed with the owner's secret for jobs. It ends a while after its job. Errors: `invalid_input` where the URL leads to what is not
 * public; `conflict` where secrets cannot be kept.
 */
export const watchJobsRpc = defineRpc(
  'rpc.webhooks.watch-jobs',
  z.object({ ...owner, jobIds: z.array(z.guid()).min(1).max(5), url: z.string().max(2_000) }),
  z.object({ watched: z.literal(true) }),
  CHECK_MS,
);

/** The secret that signs what is sent to the URLs of single jobs; made when it is first asked for. `rotate`: the old one signs beside it for a day. */
export const jobSecretRpc = defineRpc(
  'rpc.webhooks.job-secret',
  z.object({ ...owner, rotate: z.boolean() }),
  z.object({ secret: z.string(), oldSecretUntil: z.string().nullable() }),
);

/** Newest first, after the endpoint `cursor`. */
export const listWebhooksRpc = defineRpc(
  'rpc.webhooks.list',
  z.object({ ...owner, limit: z.int().min(1).max(100), cursor: z.guid().optional() }),
  z.object({ webhooks: z.array(webhookRecordSchema), nextCursor: z.string().nullable() }),
);

export const getWebhookRpc = defineRpc(
  'rpc.webhooks.get',
  z.object(owned),
  z.object({ webhook: webhookRecordSchema.nullable() }),
);

/** What is left out stays. Enabling clears what disabled it. Errors: `not_found`, `invalid_input`. */
export const changeWebhookRpc = defineRpc(
  'rpc.webhooks.change',
  z.object({
    ...owned,
    url: z.string().max(2_000).optional(),
    description: z.string().max(500).optional(),
    eventTypes: z.array(z.string()).min(1).max(50).optional(),
    enabled: z.boolean().optional(),
  }),
  one,
  CHECK_MS,
);

/** What waits for it is not sent any more. Errors: `not_found`. */
export const deleteWebhookRpc = defineRpc(
  'rpc.webhooks.delete',
  z.object(owned),
  z.object({ deleted: z.literal(true) }),
);

/** The old secret signs beside the new one for a day. Errors: `not_found`. */
export const rotateWebhookSecretRpc = defineRpc(
  'rpc.webhooks.rotate-secret',
  z.object(owned),
  z.object({ webhook: webhookRecordSchema, secret: z.string() }),
);

/** Sends `webhook.test`, whatever types it asked for. Errors: `not_found`; `conflict` where it is disabled. */
export const testWebhookRpc = defineRpc(
  'rpc.webhooks.test',
  z.object(owned),
  z.object({ delivery: webhookDeliveryRecordSchema }),
);

/** Newest first, after the delivery `cursor`. Errors: `not_found`. */
export const listWebhookDeliveriesRpc = defineRpc(
  'rpc.webhooks.list-deliveries',
  z.object({
    ...owned,
    limit: z.int().min(1).max(100),
    cursor: z.guid().optional(),
    status: z.enum(WEBHOOK_DELIVERY_STATUSES).optional(),
  }),
  z.object({ deliveries: z.array(webhookDeliveryRecordSchema), nextCursor: z.string().nullable() }),
);

/** Sends it again from the first try, with the same id. Errors: `not_found`; `conflict` where it waits already or the endpoint is disabled. */
export const redeliverWebhookRpc = defineRpc(
  'rpc.webhooks.redeliver',
  z.object({ ...owned, deliveryId: z.guid() }),
  z.object({ delivery: webhookDeliveryRecordSchema }),
);

/** Sends again what failed since a time, oldest first, at most 10,000 a call. Errors: `not_found`; `conflict` where it is disabled. */
export const redeliverFailedWebhooksRpc = defineRpc(
  'rpc.webhooks.redeliver-failed',
  z.object({ ...owned, since: z.iso.datetime() }),
  z.object({ redelivered: z.int().nonnegative(), more: z.boolean() }),
  15_000,
);

/** Webhooks tells the gateway that an endpoint was disabled, until it has answered; the gateway mails its owner, once for each `noticeId`. */
export const webhookDisabledNoticeRpc = defineRpc(
  'rpc.gateway.webhook-disabled',
  z.object({
    ...owned,
    noticeId: z.string().max(100),
    url: z.string(),
    reason: z.enum(WEBHOOK_DISABLED_REASONS),
    failingSince: z.iso.datetime().nullable(),
    /** How long failed deliveries can still be sent again. Days. */
    keptDays: z.int().positive(),
  }),
  z.object({ taken: z.literal(true) }),
);
