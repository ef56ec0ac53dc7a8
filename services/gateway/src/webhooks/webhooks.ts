import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  changeWebhookRpc,
  createWebhookRpc,
  deleteWebhookRpc,
  getWebhookRpc,
  jobSecretRpc,
  listWebhookDeliveriesRpc,
  listWebhooksRpc,
  redeliverFailedWebhooksRpc,
  redeliverWebhookRpc,
  rotateWebhookSecretRpc,
  testWebhookRpc,
  type ChangeWebhook,
  type CreateWebhook,
  type Principal,
  type RpcResponse,
  type WebhookDeliveryListQuery,
  type WebhookDeliveryRecord,
  type WebhookListQuery,
  type WebhookRecord,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import type { Actor, AuditEntry } from '../audit/audit-log';
import { RemoteAction } from '../audit/remote-action';
import { notFound, pathId } from '../http/path-id';
import { claimKey } from '../identity/idempotency';
import type { IdentityTables } from '../identity/schema/tables';
import { BUS, DATABASE } from '../platform/parts';

/** Living endpoints of an account. Each event of a job is a row and a call for each of them. */
const MOST_WEBHOOKS = 20;
const CREATE_ROUTE = 'POST /api/v1/webhooks';

/** Who asks, as the routes know it. */
export interface Ask {
  readonly principal: Principal;
  readonly actor: Actor;
}

/** `secret` is null where the endpoint was there already: it is shown once. */
export type MadeWebhook = RpcResponse<typeof createWebhookRpc>;

/** The endpoints of whoever asks, kept by the webhooks service. Another's, and one's own in another account, are `not_found`. */
@Injectable()
export class Webhooks {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    private readonly remote: RemoteAction,
  ) {}

  list(query: WebhookListQuery, ask: Ask): Promise<RpcResponse<typeof listWebhooksRpc>> {
    return this.bus.request(listWebhooksRpc, { ...ownerOf(ask), ...query }, tied(ask));
  }

  async get(id: string, ask: Ask): Promise<WebhookRecord> {
    const webhook = await this.find(pathId('webhook', id), ask);
    if (!webhook) throw notFound('webhook', id);
    return webhook;
  }

  /**
   * The key is kept with the id before the service is asked, so that after a lost answer the same request finds the endpoint, or makes it
   * now. Throws `invalid_input` (field `url`) or `conflict`.
   */
  async create(body: CreateWebhook, key: string | undefined, ask: Ask): Promise<MadeWebhook> {
    const { userId, accountId } = ownerOf(ask);
    const fresh = newId();
    const request = { userId, route: CREATE_ROUTE, key, body: { ...body, accountId } };
    const known = await this.database.run(({ sql }) => claimKey(sql, request, fresh));
    const there = known === null ? null : await this.find(known, ask);
    if (there) return { webhook: there, secret: null };
    const webhookId = known ?? fresh;
    const { url, description, event_types: eventTypes } = body;
    return this.remote.run(entry('webhook.created', webhookId, ask, toldOf(body)), () =>
      this.bus.request(
        createWebhookRpc,
        { userId, accountId, webhookId, url, description, eventTypes, maxWebhooks: MOST_WEBHOOKS },
        tied(ask),
      ),
    );
  }

  /** Throws `not_found` or `invalid_input` (field `url`). */
  async change(id: string, body: ChangeWebhook, ask: Ask): Promise<WebhookRecord> {
    const { url, description, event_types: eventTypes, enabled } = body;
    const question = { ...owned(id, ask), url, description, eventTypes, enabled };
    const { webhook } = await this.remote.run(entry('webhook.changed', id, ask, toldOf(body)), () =>
      this.bus.request(changeWebhookRpc, question, tied(ask)),
    );
    return webhook;
  }

  async remove(id: string, ask: Ask): Promise<void> {
    const question = owned(id, ask);
    await this.remote.run(entry('webhook.deleted', id, ask), () =>
      this.bus.request(deleteWebhookRpc, question, tied(ask)),
    );
  }

  /** Throws `not_found`, or `conflict` where too many secrets are valid already. */
  rotateSecret(id: string, ask: Ask): Promise<RpcResponse<typeof rotateWebhookSecretRpc>> {
    const question = owned(id, ask);
    return this.remote.run(entry('webhook.secret_rotated', id, ask), () =>
      this.bus.request(rotateWebhookSecretRpc, question, tied(ask)),
    );
  }

  /** What signs for the URLs of single jobs; made when it is first asked for. */
  signingSecret(
    { rotate }: { readonly rotate: boolean },
    ask: Ask,
  ): Promise<RpcResponse<typeof jobSecretRpc>> {
    const question = { ...ownerOf(ask), rotate };
    const answer = () => this.bus.request(jobSecretRpc, question, tied(ask));
    return rotate
      ? this.remote.run(entry('webhook.secret_rotated', ask.principal.userId, ask), answer)
      : answer();
  }

  /** Throws `not_found`, or `conflict` where it is disabled. */
  async test(id: string, ask: Ask): Promise<WebhookDeliveryRecord> {
    const { delivery } = await this.bus.request(testWebhookRpc, owned(id, ask), tied(ask));
    return delivery;
  }

  deliveries(
    id: string,
    query: WebhookDeliveryListQuery,
    ask: Ask,
  ): Promise<RpcResponse<typeof listWebhookDeliveriesRpc>> {
    return this.bus.request(listWebhookDeliveriesRpc, { ...owned(id, ask), ...query }, tied(ask));
  }

  /** Throws `not_found`, or `conflict` where it waits already or the endpoint is disabled. */
  async redeliver(id: string, deliveryId: string, ask: Ask): Promise<WebhookDeliveryRecord> {
    const question = { ...owned(id, ask), deliveryId: pathId('delivery', deliveryId) };
    const { delivery } = await this.bus.request(redeliverWebhookRpc, question, tied(ask));
    return delivery;
  }

  /** Throws `not_found`, or `conflict` where it is disabled. */
  redeliverFailed(
    id: string,
    since: string,
    ask: Ask,
  ): Promise<RpcResponse<typeof redeliverFailedWebhooksRpc>> {
    return this.bus.request(redeliverFailedWebhooksRpc, { ...owned(id, ask), since }, tied(ask));
  }

  private async find(webhookId: string, ask: Ask): Promise<WebhookRecord | null> {
    const { webhook } = await this.bus.request(getWebhookRpc, { ...ownerOf(ask), webhookId }, tied(ask));
    return webhook;
  }
}

const ownerOf = ({ principal: { userId, accountId } }: Ask) => ({ userId, accountId });
const owned = (id: string, ask: Ask) => ({ ...ownerOf(ask), webhookId: pathId('webhook', id) });
const tied = ({ actor }: Ask) => ({ correlationId: actor.requestId ?? newId() });

function entry(action: string, id: string, ask: Ask, details: AuditEntry['details'] = {}): AuditEntry {
  const { accountId } = ask.principal;
  return { actor: ask.actor, action, target: { type: 'webhook', id }, accountId, details };
}

/** Of the URL only the host: what follows it is often a password. */
function toldOf({ url, ...rest }: ChangeWebhook | CreateWebhook): Record<string, unknown> {
  return url === undefined ? rest : { ...rest, host: new URL(url).host };
}
