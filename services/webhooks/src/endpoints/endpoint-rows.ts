import { sql as raw, type Selectable } from 'kysely';
import type { WebhookRecord } from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { Owner } from '../parts';
import type { EndpointsTable, WebhookTables } from '../schema/tables';

type Sql = Database<WebhookTables>['sql'] | UnitOfWork<WebhookTables>['sql'];

export type EndpointRow = Selectable<EndpointsTable> & { readonly old_secret_until: Date | null };

/** An owner's living endpoints, as they are shown. */
export function endpointsOf(sql: Sql, { userId, accountId }: Owner, now: Date) {
  return sql
    .selectFrom('webhooks.endpoints as endpoint')
    .selectAll('endpoint')
    .select(
      raw<Date | null>`(select max(expires_at) from webhooks.endpoint_secrets as secret
        where secret.endpoint_id = endpoint.id and secret.expires_at > ${now})`.as('old_secret_until'),
    )
    .where('endpoint.owner_user_id', '=', userId)
    .where('endpoint.account_id', '=', accountId)
    .where('endpoint.deleted_at', 'is', null)
    .where('endpoint.kind', '!=', 'signer');
}

/** Whether what was sent to it is shown to this owner: of a job also after its URL was forgotten. */
export async function hasLog(sql: Sql, { userId, accountId }: Owner, id: string): Promise<boolean> {
  const row = await sql
    .selectFrom('webhooks.endpoints')
    .select('id')
    .where('id', '=', id)
    .where('owner_user_id', '=', userId)
    .where('account_id', '=', accountId)
    .where('kind', '!=', 'signer')
    .where((where) => where.or([where('deleted_at', 'is', null), where('kind', '=', 'job')]))
    .executeTakeFirst();
  return row !== undefined;
}

/** Locked, for a change. Throws `not_found`, also where it is somebody else's. */
export async function lockEndpoint(
  sql: UnitOfWork<WebhookTables>['sql'],
  owner: Owner,
  id: string,
): Promise<Selectable<EndpointsTable>> {
  const row = await sql
    .selectFrom('webhooks.endpoints')
    .selectAll()
    .where('id', '=', id)
    .where('owner_user_id', '=', owner.userId)
    .where('account_id', '=', owner.accountId)
    .where('deleted_at', 'is', null)
    .where('kind', '!=', 'signer')
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw noSuchEndpoint(id);
  return row;
}

export const noSuchEndpoint = (id: string): AppError =>
  new AppError('not_found', `There is no webhook ${id}.`);

/** Throws `conflict`. */
export function refuseDisabled({ disabled_reason }: Pick<EndpointsTable, 'disabled_reason'>): void {
  if (disabled_reason === null) return;
  throw new AppError('conflict', 'This webhook is disabled: enable it first, then send again.');
}

export function toWebhookRecord(row: EndpointRow): WebhookRecord {
  const time = (at: Date | null): string | null => at?.toISOString() ?? null;
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    eventTypes: row.event_types,
    enabled: row.disabled_reason === null,
    disabledReason: row.disabled_reason,
    disabledAt: time(row.disabled_at),
    failingSince: time(row.failing_since),
    oldSecretUntil: time(row.old_secret_until),
    createdAt: row.created_at.toISOString(),
  };
}
