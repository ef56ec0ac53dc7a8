import type {
  listWebhookDeliveriesRpc,
  redeliverFailedWebhooksRpc,
  redeliverWebhookRpc,
  RpcRequest,
  RpcResponse,
  WebhookDeliveryRecord,
} from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { hasLog, lockEndpoint, noSuchEndpoint, refuseDisabled } from '../endpoints/endpoint-rows';
import { markDue } from '../events/record-event';
import type { Owner, Parts } from '../parts';
import type { WebhookTables } from '../schema/tables';
import { toDeliveryRecord } from './delivery-record';

type Work = UnitOfWork<WebhookTables>;

const BATCH = 1_000;
const MOST_AT_ONCE = 10_000;

/** What became of an owner's deliveries, and the way to send them again. */
export class DeliveryLog {
  constructor(
    private readonly parts: Pick<Parts, 'database' | 'clock'>,
    private readonly wake: () => void,
  ) {}

  /** See `listWebhookDeliveriesRpc`. */
  async list({
    webhookId,
    limit,
    cursor,
    status,
    ...owner
  }: RpcRequest<typeof listWebhookDeliveriesRpc>): Promise<RpcResponse<typeof listWebhookDeliveriesRpc>> {
    const { sql } = this.parts.database;
    if (!(await hasLog(sql, owner, webhookId))) throw noSuchEndpoint(webhookId);
    let query = sql.selectFrom('webhooks.deliveries').selectAll().where('endpoint_id', '=', webhookId);
    if (cursor !== undefined) query = query.where('id', '<', cursor);
    if (status !== undefined) query = query.where('status', '=', status);
    const rows = await query
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    const nextCursor = rows.length > limit ? (page.at(-1)?.id ?? null) : null;
    return { deliveries: page.map(toDeliveryRecord), nextCursor };
  }

  /** See `redeliverWebhookRpc`. */
  async redeliver(asked: RpcRequest<typeof redeliverWebhookRpc>): Promise<WebhookDeliveryRecord> {
    const { webhookId, deliveryId } = asked;
    const row = await this.parts.database.run(async (work) => {
      refuseDisabled(await lockEndpoint(work.sql, asked, webhookId));
      const known = await work.sql
        .selectFrom('webhooks.deliveries')
        .select('status')
        .where('id', '=', deliveryId)
        .where('endpoint_id', '=', webhookId)
        .executeTakeFirst();
      if (!known) throw new AppError('not_found', `There is no delivery ${deliveryId}.`);
      if (known.status === 'pending')
        throw new AppError('conflict', 'This delivery is under way already; it is tried again by itself.');
      await this.again(work, webhookId, [deliveryId]);
      const query = work.sql.selectFrom('webhooks.deliveries').selectAll().where('id', '=', deliveryId);
      return query.executeTakeFirstOrThrow();
    });
    this.wake();
    return toDeliveryRecord(row);
  }

  /** See `redeliverFailedWebhooksRpc`. */
  async redeliverFailed(
    asked: RpcRequest<typeof redeliverFailedWebhooksRpc>,
  ): Promise<RpcResponse<typeof redeliverFailedWebhooksRpc>> {
    let redelivered = 0;
    for (;;) {
      const found = await this.redeliverSome(asked, asked.webhookId, new Date(asked.since));
      redelivered += found;
      this.wake();
      if (found < BATCH) return { redelivered, more: false };
      if (redelivered >= MOST_AT_ONCE) return { redelivered, more: true };
    }
  }

  private redeliverSome(owner: Owner, webhookId: string, since: Date): Promise<number> {
    return this.parts.database.run(async (work) => {
      refuseDisabled(await lockEndpoint(work.sql, owner, webhookId));
      const rows = await work.sql
        .selectFrom('webhooks.deliveries')
        .select('id')
        .where('endpoint_id', '=', webhookId)
        .where('status', '=', 'failed')
        .where('created_at', '>=', since)
        .orderBy('created_at')
        .limit(BATCH)
        .execute();
      await this.again(
        work,
        webhookId,
        rows.map(({ id }) => id),
      );
      return rows.length;
    });
  }

  private async again(work: Work, webhookId: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const now = this.parts.clock.now();
    await work.sql
      .updateTable('webhooks.deliveries')
      .set({ status: 'pending', attempts: 0, next_try_at: now, delivered_at: null })
      .where('id', 'in', [...ids])
      .execute();
    await markDue(work, [webhookId], now);
  }
}
