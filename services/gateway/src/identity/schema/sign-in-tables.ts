import type { ColumnType, Generated } from 'kysely';
import type { NullableTimestamp, Timestamp } from './columns';

export type RevokedReason =
  'signed_out' | 'revoked' | 'reuse' | 'password_changed' | 'password_reset' | 'disabled';

/** One signed-in device. */
export interface SessionsTable {
  id: string;
  user_id: string;
  /** `password`, or the name of the issuer. */
  method: string;
  device: string | null;
  address: string | null;
  created_at: Timestamp;
  last_used_at: Timestamp;
  expires_at: ColumnType<Date, Date, never>;
  revoked_at: NullableTimestamp;
  revoked_reason: ColumnType<RevokedReason | null, RevokedReason | undefined, RevokedReason>;
}

/** The chain of a session's refresh tokens; the newest is the one that was not used. */
export interface RefreshTokensTable {
  token_hash: Buffer;
  session_id: string;
  expires_at: ColumnType<Date, Date, never>;
  used_at: NullableTimestamp;
  successor_nonce: ColumnType<Buffer | null, undefined, Buffer | null>;
  created_at: Timestamp;
}

/** What a link in a mail stands for. The row is the right to use it: whoever deletes it has used it. */
export interface MailTokensTable {
  token_hash: Buffer;
  purpose: 'register' | 'reset';
  email: string;
  user_id: string | null;
  display_name: string | null;
  password_hash: string | null;
  failures: Generated<number>;
  expires_at: ColumnType<Date, Date, never>;
  created_at: Timestamp;
}

/** Who somebody is at an issuer. */
export interface UserIdentitiesTable {
  issuer: string;
  subject: string;
  user_id: string;
  email: string;
  created_at: Timestamp;
  last_used_at: Timestamp;
}

export interface SignInFlowsTable {
  state_hash: Buffer;
  browser_hash: Buffer;
  issuer_name: string;
  nonce: string;
  code_verifier: string;
  return_to: string;
  expires_at: ColumnType<Date, Date, never>;
  created_at: Timestamp;
}

export interface ThrottlesTable {
  key: Buffer;
  used: number;
  window_ends_at: ColumnType<Date, Date, Date>;
}

/** What was made by a request that carried an Idempotency-Key; kept for a day. */
export interface IdempotencyKeysTable {
  user_id: string;
  route: string;
  key: string;
  request_hash: Buffer;
  resource_id: string;
  created_at: Timestamp;
}

export interface SignInTables {
  'identity.sessions': SessionsTable;
  'identity.refresh_tokens': RefreshTokensTable;
  'identity.mail_tokens': MailTokensTable;
  'identity.user_identities': UserIdentitiesTable;
  'identity.sign_in_flows': SignInFlowsTable;
  'identity.throttles': ThrottlesTable;
  'identity.idempotency_keys': IdempotencyKeysTable;
}
