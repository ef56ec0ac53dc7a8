import type { ColumnType, Generated } from 'kysely';
import type { NullableBig, NullableTimestamp, Timestamp } from './columns';
import type { LimitTables } from './limit-tables';
import type { BillingTables } from './billing-tables';
import type { OperationsTables } from './operations-tables';
import type { PeopleTables } from './people-tables';
import type { SignInTables } from './sign-in-tables';

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
  /** Credits in a calendar month (UTC), over all keys with the same root; null: as much as there is. */
  monthly_credit_limit: NullableBig;
  rotated_from: ColumnType<string | null, string | undefined, never>;
  /** The first of a chain of rotations; null: the key itself is it. */
  root_key_id: ColumnType<string | null, string | undefined, never>;
}

/** One-time tickets. The row is the right to use it: whoever deletes it has redeemed it. */
export interface TicketsTable {
  token_hash: Buffer;
  account_id: string;
  owner_user_id: string;
  scopes: ScopeName[];
  /** What it was made with; it ends with that. */
  session_id: ColumnType<string | null, string | null | undefined, never>;
  key_id: ColumnType<string | null, string | null | undefined, never>;
  expires_at: ColumnType<Date, Date, never>;
  created_at: Timestamp;
}

/** A key at a provider. Its secrets are in its versions. */
export interface ProviderCredentialsTable {
  id: string;
  provider: string;
  /** Both null: the operator's. */
  owner_user_id: string | null;
  account_id: string | null;
  name: string;
  enabled: Generated<boolean>;
  /** Tasks in flight under it; null where only the provider's own limit holds. */
  concurrency: number | null;
  current_version: number;
  /** Taken away: nothing new starts under it, and its secrets go when nothing needs them any more. */
  deleted_at: NullableTimestamp;
  /** Hard caps by UTC day and month, in millionths of a US dollar. */
  day_cap_micros: NullableBig;
  month_cap_micros: NullableBig;
  /** Per cent of a cap at which a mail is sent. */
  alert_percents: Generated<number[]>;
  /** A mail is sent when less than this is left at the vendor, in its own units; a decimal. */
  low_balance: ColumnType<string | null, string | number | null | undefined, string | number | null>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** Never changed but to seal the same fields with another key: attempts that are under way are pinned to a version. */
export interface ProviderCredentialVersionsTable {
  credential_id: string;
  version: number;
  /** Which of the operator's keys sealed it. */
  key_id: string;
  nonce: Buffer;
  /** The fields as JSON, sealed, with the tag of 16 bytes at the end. */
  ciphertext: Buffer;
  /** Instead of the provider's own; authenticated together with the fields, so that nobody can lead secrets elsewhere. */
  base_url: string | null;
  created_at: Timestamp;
}

interface AccessTables {
  'identity.api_keys': ApiKeysTable;
  'identity.tickets': TicketsTable;
  'identity.provider_credentials': ProviderCredentialsTable;
  'identity.provider_credential_versions': ProviderCredentialVersionsTable;
}

/** Everything in the schema `identity`; each part has its own file. */
export interface IdentityTables
  extends PeopleTables, AccessTables, SignInTables, LimitTables, BillingTables, OperationsTables {}
