import { randomKey } from './idempotency';
import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { Transport } from './transport';
import type {
  ChangeWebhook,
  CreateWebhook,
  Redelivered,
  SigningSecret,
  WebhookDeliveryPage,
  WebhookDeliveryResource,
  WebhookPage,
  WebhookResource,
  WebhookWithSecret,
} from './types';

const PATH = '/api/v1/webhooks';

export type NewWebhook = Pick<CreateWebhook, 'url' | 'event_types'> & Partial<CreateWebhook>;

export interface DeliveryFilter extends PageOptions {
  readonly status?: WebhookDeliveryResource['status'] | undefined;
}

/** Where events of your jobs are sent to. A secret is in one answer only: a repeated call gets the webhook without it. */
export class WebhooksApi {
  constructor(private readonly transport: Transport) {}

  /** Newest first. */
  list(page: PageOptions = {}, { signal }: CallSignal = {}): Promise<WebhookPage> {
    return this.transport.call<WebhookPage>(PATH, { query: pageQuery(page), signal });
  }

  get(id: string, { signal }: CallSignal = {}): Promise<WebhookResource> {
    return this.transport.call<WebhookResource>(pathOf(id), { signal });
  }

  /** Throws `invalid_input` (field `url`) for what is not public, `conflict` where there are too many. */
  create(body: NewWebhook): Promise<WebhookWithSecret> {
    return this.transport.call<WebhookWithSecret>(PATH, {
      method: 'POST',
      body,
      idempotencyKey: randomKey(),
    });
  }

  /** What is left out stays; `enabled` switches it off and on. */
  change(id: string, body: ChangeWebhook): Promise<WebhookResource> {
    return this.transport.call<WebhookResource>(pathOf(id), { method: 'PATCH', body, repeatable: true });
  }

  /** What waits for it is not sent any more. */
  async delete(id: string): Promise<void> {
    await this.transport.call<unknown>(pathOf(id), { method: 'DELETE' });
  }

  /** A new secret; the old one signs beside it for a day. */
  rotateSecret(id: string): Promise<WebhookWithSecret> {
    return this.transport.call<WebhookWithSecret>(`${pathOf(id)}/rotate-secret`, { method: 'POST' });
  }

  /** Sends an event of the type `webhook.test`. Throws `conflict` where it is disabled. */
  test(id: string): Promise<WebhookDeliveryResource> {
    return this.transport.call<WebhookDeliveryResource>(`${pathOf(id)}/test`, { method: 'POST' });
  }

  /** What was sent and is to be sent, newest first. Of a job's own `webhook_url` under the id of the job. */
  deliveries(
    id: string,
    { status, ...page }: DeliveryFilter = {},
    { signal }: CallSignal = {},
  ): Promise<WebhookDeliveryPage> {
    const query = { ...pageQuery(page), status };
    return this.transport.call<WebhookDeliveryPage>(`${pathOf(id)}/deliveries`, { query, signal });
  }

  /** Sends one again, delivered or failed, with the same `webhook-id`. Throws `conflict` where it is under way. */
  redeliver(id: string, deliveryId: string): Promise<WebhookDeliveryResource> {
    const path = `${pathOf(id)}/deliveries/${encodeURIComponent(deliveryId)}/redeliver`;
    return this.transport.call<WebhookDeliveryResource>(path, { method: 'POST' });
  }

  /** Sends again what failed of events since then; `more` says that there are others. */
  redeliverFailed(id: string, since: Date): Promise<Redelivered> {
    const body = { since: since.toISOString() };
    return this.transport.call<Redelivered>(`${pathOf(id)}/redeliver-failed`, { method: 'POST', body });
  }

  /** What signs for the `webhook_url` of single jobs. */
  signingSecret({ signal }: CallSignal = {}): Promise<SigningSecret> {
    return this.transport.call<SigningSecret>(`${PATH}/signing-secret`, { signal });
  }

  /** Makes a new one; the old one signs beside it for a day. */
  rotateSigningSecret(): Promise<SigningSecret> {
    return this.transport.call<SigningSecret>(`${PATH}/signing-secret/rotate`, { method: 'POST' });
  }
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}
