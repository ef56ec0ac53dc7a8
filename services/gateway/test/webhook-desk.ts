import {
  changeWebhookRpc,
  createWebhookRpc,
  deleteWebhookRpc,
  getWebhookRpc,
  jobSecretRpc,
  listWebhookDeliveriesRpc,
  redeliverFailedWebhooksRpc,
  redeliverWebhookRpc,
  rotateWebhookSecretRpc,
  testWebhookRpc,
  watchJobsRpc,
  type RpcRequest,
  type WebhookDeliveryRecord,
  type WebhookRecord,
} from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import type { Backstage } from './backstage';

interface Owned {
  readonly userId: string;
  readonly accountId: string;
  readonly webhookId: string;
}
type Kept = Owned & { webhook: WebhookRecord };

/** Stands for the webhooks service on the real bus, where a test is about the gateway alone; e2e/webhooks.int-spec asks the real one. */
export class WebhookDesk {
  /** What was asked for with `webhook_url`. */
  readonly watched: RpcRequest<typeof watchJobsRpc>[] = [];
  private readonly endpoints = new Map<string, Kept>();
  private readonly deliveries = new Map<string, WebhookDeliveryRecord>();

  constructor({ bus }: Backstage) {
    bus.respond(createWebhookRpc, async (asked) => {
      const { webhookId, userId, accountId, url, description, eventTypes } = asked;
      const webhook: WebhookRecord = {
        ...{ id: webhookId, url, description, eventTypes, enabled: true, disabledReason: null },
        ...{ disabledAt: null, failingSince: null, oldSecretUntil: null },
        createdAt: new Date().toISOString(),
      };
      this.endpoints.set(webhookId, { webhookId, userId, accountId, webhook });
      return { webhook, secret: `whsec_${webhookId}` };
    });
    bus.respond(getWebhookRpc, async (asked) => ({ webhook: this.find(asked)?.webhook ?? null }));
    bus.respond(watchJobsRpc, async (asked) => {
      this.watched.push(asked);
      return { watched: true as const };
    });
    bus.respond(jobSecretRpc, async ({ userId, rotate }) => ({
      secret: `whsec_${userId}${rotate ? '-2' : ''}`,
      oldSecretUntil: null,
    }));
    bus.respond(changeWebhookRpc, async (asked) => ({ webhook: this.own(asked).webhook }));
    bus.respond(deleteWebhookRpc, async (asked) => {
      this.endpoints.delete(this.own(asked).webhookId);
      return { deleted: true as const };
    });
    bus.respond(rotateWebhookSecretRpc, async (asked) => ({
      webhook: this.own(asked).webhook,
      secret: `whsec_${newId()}`,
    }));
    bus.respond(testWebhookRpc, async (asked) => ({ delivery: this.add(this.own(asked).webhookId) }));
    bus.respond(listWebhookDeliveriesRpc, async (asked) => {
      const { webhookId } = this.own(asked);
      const all = [...this.deliveries.values()].filter((delivery) => delivery.webhookId === webhookId);
      return { deliveries: all.slice(0, asked.limit), nextCursor: null };
    });
    bus.respond(redeliverWebhookRpc, async (asked) => {
      const { webhookId } = this.own(asked);
      const delivery = this.deliveries.get(asked.deliveryId);
      if (delivery?.webhookId !== webhookId) {
        throw new AppError('not_found', `There is no delivery ${asked.deliveryId}.`);
      }
      return { delivery };
    });
    bus.respond(redeliverFailedWebhooksRpc, async (asked) => {
      this.own(asked);
      return { redelivered: 0, more: false };
    });
  }

  /** A delivery to it that failed; gives its id. */
  addFailed(webhookId: string): string {
    return this.add(webhookId).id;
  }

  private add(webhookId: string): WebhookDeliveryRecord {
    const delivery: WebhookDeliveryRecord = {
      ...{ id: newId(), webhookId, eventId: `evt_${newId()}`, eventType: 'webhook.test', status: 'failed' },
      ...{
        attempts: 10,
        nextTryAt: null,
        lastTriedAt: null,
        statusCode: 500,
        answer: '',
        error: 'It failed.',
      },
      ...{ durationMs: 5, createdAt: new Date().toISOString(), deliveredAt: null },
    };
    this.deliveries.set(delivery.id, delivery);
    return delivery;
  }

  private find({ webhookId, userId, accountId }: Owned): Kept | undefined {
    const kept = this.endpoints.get(webhookId);
    return kept?.userId === userId && kept.accountId === accountId ? kept : undefined;
  }

  private own(asked: Owned): Kept {
    const kept = this.find(asked);
    if (!kept) throw new AppError('not_found', `There is no webhook ${asked.webhookId}.`);
    return kept;
  }
}
