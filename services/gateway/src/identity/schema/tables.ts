import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | undefined, Date>;
type NullableTimestamp = ColumnType<Date | null, Date | null | undefined, Date | null>;

/** Who pays. */
export interface AccountsTable {
  id: string;
  name: string;
  created_at: Timestamp;
}

export interface UsersTable {
  id: string;
  account_id: string;
  email: string;
  display_name: string;
  role: Generated<'user' | 'admin'>;
  created_at: Timestamp;
}

export type ScopeName = 'generate' | 'read' | 'admin';

export interface ApiKeysTable {
  id: string;
  account_id: string;
  owner_user_id: string;
  name: string;
  /** `sl_<public id>`: what is shown in lists, and what the key is found by. */
  prefix: string;
  /** SHA-256 of the secret part. The secret has 256 random bits, so a slow hash would add nothing. */
  secret_hash: Buffer;
  scopes: ScopeName[];
  expires_at: NullableTimestamp;
  revoked_at: NullableTimestamp;
  last_used_at: NullableTimestamp;
  created_at: Timestamp;
}

/** One-time tickets. The row is the right to use it: whoever deletes it has redeemed it. */
export interface TicketsTable {
  token_hash: Buffer;
  account_id: string;
  owner_user_id: string;
  scopes: ScopeName[];
  expires_at: ColumnType<Date, Date, never>;
  created_at: Timestamp;
}

export interface IdentityTables {
  'identity.accounts': AccountsTable;
  'identity.users': UsersTable;
  'identity.api_keys': ApiKeysTable;
  'identity.tickets': TicketsTable;
}
