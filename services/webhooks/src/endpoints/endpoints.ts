import { sql as raw, type Selectable } from 'kysely';
import type {
  changeWebhookRpc,
  createWebhookRpc,
  listWebhooksRpc,
  RpcRequest,
  RpcResponse,
  WebhookDeliveryRecord,
  WebhookRecord,
} from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { toDeliveryRecord } from '../deliveries/delivery-record';
import { ownEvent } from '../events/event-body';
import { addDeliveries } from '../events/record-event';
import type { Owner, Parts } from '../parts';
import type { EndpointsTable, WebhookTables } from '../schema/tables';
import { endpointsOf, lockEndpoint, noSuchEndpoint, refuseDisabled, toWebhookRecord } from './endpoint-rows';
import { checkUrl } from './check-url';
import { addSecret, requireKeys, rotateSecret } from './secrets';

type Sql = UnitOfWork<WebhookTables>['sql'];
type Change = Partial<Selectable<EndpointsTable>>;
interface WithSecret {
  readonly webhook: WebhookRecord;
  readonly secret: string;
}

/** What owners do with their endpoints. Another's are not found. */
export class Endpoints {
  constructor(
    private readonly parts: Pick<Parts, 'database' | 'sender' | 'keys' | 'clock'>,
    private readonly wake: () => void,
  ) {}

  /** See `createWebhookRpc`. */
  async create(wanted: RpcRequest<typeof createWebhookRpc>): Promise<RpcResponse<typeof createWebhookRpc>> {
    const keys = requireKeys(this.parts.keys);
    const known = await this.get(wanted, wanted.webhookId);
    if (known) return { webhook: known, secret: null };
    await checkUrl(this.parts.sender, wanted.url);
    const { webhookId: id, userId, accountId } = wanted;
    return this.parts.database.run(async ({ sql }) => {
      await refuseTooMany(sql, accountId, wanted.maxWebhooks);
      const now = this.parts.clock.now();
      const made = await sql
        .insertInto('webhooks.endpoints')
        .values({
          ...{ id, account_id: accountId, owner_user_id: userId, created_at: now },
          ...{ url: wanted.url, description: wanted.description, event_types: wanted.eventTypes },
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst();
      const secret = made ? await addSecret(sql, keys, id, 1) : null;
      return { webhook: await this.shown(sql, wanted, id), secret };
    });
  }

  async list({
    limit,
    cursor,
    ...owner
  }: RpcRequest<typeof listWebhooksRpc>): Promise<RpcResponse<typeof listWebhooksRpc>> {
    let query = endpointsOf(this.parts.database.sql, owner, this.parts.clock.now());
    if (cursor !== undefined) query = query.where('endpoint.id', '<', cursor);
    query = query.where('endpoint.kind', '=', 'endpoint');
    const rows = await query
      .orderBy('endpoint.id', 'desc')
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    const nextCursor = rows.length > limit ? (page.at(-1)?.id ?? null) : null;
    return { webhooks: page.map(toWebhookRecord), nextCursor };
  }

  async get(owner: Owner, id: string): Promise<WebhookRecord | null> {
    const { database, clock } = this.parts;
    const row = await endpointsOf(database.sql, owner, clock.now())
      .where('endpoint.id', '=', id)
      .executeTakeFirst();
    return row ? toWebhookRecord(row) : null;
  }

  /** A new URL is checked like the first. Throws `not_found` or `invalid_input`. */
  async change(asked: RpcRequest<typeof changeWebhookRpc>): Promise<WebhookRecord> {
    const { webhookId: id, url } = asked;
    if (!(await this.get(asked, id))) throw noSuchEndpoint(id);
    if (url !== undefined) await checkUrl(this.parts.sender, url);
    const changed = await this.parts.database.run(async ({ sql }) => {
      const row = await lockEndpoint(sql, asked, id);
      const set = changesOf(row, asked, this.parts.clock.now());
      if (Object.keys(set).length > 0)
        await sql.updateTable('webhooks.endpoints').set(set).where('id', '=', id).execute();
      return this.shown(sql, asked, id);
    });
    this.wake();
    return changed;
  }

  /** Throws `not_found`. */
  async remove(owner: Owner, id: string): Promise<void> {
    const { database, clock } = this.parts;
    await database.run(async ({ sql }) => {
      await lockEndpoint(sql, owner, id);
      await sql
        .updateTable('webhooks.endpoints')
        .set({ deleted_at: clock.now(), due_at: null, notice_id: null })
        .where('id', '=', id)
        .execute();
    });
  }

  /** Throws `not_found` or `conflict`. */
  async rotate(owner: Owner, id: string): Promise<WithSecret> {
    const { database, clock } = this.parts;
    const keys = requireKeys(this.parts.keys);
    return database.run(async ({ sql }) => {
      refuseOfJob(await lockEndpoint(sql, owner, id));
      const secret = await rotateSecret(sql, keys, id, clock.now());
      return { webhook: await this.shown(sql, owner, id), secret };
    });
  }

  /** Throws `not_found` or `conflict`. */
  async test(owner: Owner, id: string): Promise<WebhookDeliveryRecord> {
    const { database, clock } = this.parts;
    const row = await database.run(async (work) => {
      refuseDisabled(await lockEndpoint(work.sql, owner, id));
      const now = clock.now();
      const event = ownEvent('webhook.test', now, {
        webhook_id: id,
        message: 'This webhook works. It was sent because somebody asked for it.',
      });
      await addDeliveries(work, [{ id, accountId: owner.accountId, isOff: false }], event, now);
      return work.sql
        .selectFrom('webhooks.deliveries')
        .selectAll()
        .where('endpoint_id', '=', id)
        .where('event_id', '=', event.id)
        .executeTakeFirstOrThrow();
    });
    this.wake();
    return toDeliveryRecord(row);
  }

  private async shown(sql: Sql, owner: Owner, id: string): Promise<WebhookRecord> {
    const row = await endpointsOf(sql, owner, this.parts.clock.now())
      .where('endpoint.id', '=', id)
      .executeTakeFirst();
    if (!row) throw noSuchEndpoint(id);
    return toWebhookRecord(row);
  }
}

/** Throws `conflict`: what is sent for single jobs is signed with one secret of the owner. */
function refuseOfJob({ kind }: Pick<Selectable<EndpointsTable>, 'kind'>): void {
  if (kind !== 'job') return;
  throw new AppError(
    'conflict',
    'This is the URL of one job: rotate the secret for jobs instead (POST /api/v1/webhooks/signing-secret/rotate).',
  );
}

/** Two at once wait for each other, or both would find the last place free. Throws `conflict`. */
async function refuseTooMany(sql: Sql, accountId: string, most: number): Promise<void> {
  await raw`select pg_advisory_xact_lock(hashtextextended(${`webhooks.account.${accountId}`}, 0))`.execute(
    sql,
  );
  const { count } = await sql
    .selectFrom('webhooks.endpoints')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .where('kind', '=', 'endpoint')
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (Number(count) < most) return;
  throw new AppError('conflict', `This account may have ${most} webhooks: delete one that is not used.`);
}

function changesOf(
  row: Selectable<EndpointsTable>,
  { url, description, eventTypes, enabled }: RpcRequest<typeof changeWebhookRpc>,
  now: Date,
): Change {
  return {
    // What the old address answered says nothing of the new one.
    ...(url === undefined || url === row.url ? {} : { url, failing_since: null, failures: 0 }),
    ...(description === undefined ? {} : { description }),
    ...(eventTypes === undefined ? {} : { event_types: eventTypes }),
    ...(enabled === undefined ? {} : switched(row, enabled, now)),
  };
}

function switched(row: Selectable<EndpointsTable>, enabled: boolean, now: Date): Change {
  const isEnabled = row.disabled_reason === null;
  if (!enabled && row.disabled_reason !== 'owner')
    return { disabled_reason: 'owner', disabled_at: now, due_at: null, notice_id: null };
  if (!enabled || isEnabled) return {};
  const fresh = { failing_since: null, failures: 0, notice_id: null, due_at: now };
  return { disabled_reason: null, disabled_at: null, ...fresh };
}
