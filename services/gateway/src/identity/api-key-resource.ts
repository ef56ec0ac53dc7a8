import type { Selectable } from 'kysely';
import type { ApiKeyResource } from '@shotloom/contracts';
import type { ApiKeysTable } from './schema/tables';

/** What is shown of a key; never its hash. */
export const KEY_COLUMNS = [
  'id',
  'account_id',
  'name',
  'prefix',
  'scopes',
  'monthly_credit_limit',
  'rotated_from',
  'created_at',
  'last_used_at',
  'expires_at',
  'revoked_at',
] as const;

export type ApiKeyRow = Pick<Selectable<ApiKeysTable>, (typeof KEY_COLUMNS)[number]>;

export function toApiKeyResource(row: ApiKeyRow): ApiKeyResource {
  const time = (at: Date | null): string | null => at?.toISOString() ?? null;
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    monthly_credit_limit: row.monthly_credit_limit === null ? null : Number(row.monthly_credit_limit),
    rotated_from: row.rotated_from,
    created_at: row.created_at.toISOString(),
    last_used_at: time(row.last_used_at),
    expires_at: time(row.expires_at),
    revoked_at: time(row.revoked_at),
  };
}
