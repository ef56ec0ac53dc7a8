import type { ColumnType, Generated } from 'kysely';
import type { NullableBig, NullableTimestamp, Timestamp } from './columns';

/** What an account may do at a time and in an hour, and what it is given each month. */
export interface PlansTable {
  id: string;
  title: string;
  description: Generated<string>;
  /** Exactly one is; new accounts get it. */
  is_default: Generated<boolean>;
  retired_at: NullableTimestamp;
  /** Attempts in flight at a time for one user, over all providers. */
  concurrency: number;
  /** The same at one provider, 1 to 5. */
  per_provider_concurrency: Generated<number>;
  /** 1 to 8, the weight in the fair share between users. Text: it is a numeric. */
  weight: ColumnType<string, number | undefined, number>;
  /** Jobs that a user may start in an hour, and requests in a second; null: no limit. */
  generations_per_hour: ColumnType<number | null, number | null | undefined, number | null>;
  requests_per_second: ColumnType<number | null, number | null | undefined, number | null>;
  /** Credits granted at the start of each month; they expire with it. */
  monthly_credits: ColumnType<string, number | undefined, number>;
  /** Null: what the installation takes. */
  upload_image_max_bytes: NullableBig;
  upload_video_max_bytes: NullableBig;
  upload_video_max_seconds: ColumnType<number | null, number | null | undefined, number | null>;
  /** Of all living uploads of one user. */
  storage_quota_bytes: NullableBig;
  members_max: Generated<number>;
  /** Days for which videos and uploads are kept; null: for ever. */
  retention_days: ColumnType<number | null, number | null | undefined, number | null>;
  /** No limit of requests, generations or concurrency, whatever the columns say: for measurements. */
  unlimited: Generated<boolean>;
  /** Of what the plan allows, in one sequence with those of accounts. */
  limits_version: ColumnType<string, number | undefined, number | string>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** Who pays. */
export interface AccountsTable {
  id: string;
  name: string;
  kind: Generated<'personal' | 'organisation'>;
  plan_id: Generated<string>;
  /** A mail is sent when what can be spent falls below; null: never. */
  low_balance_credits: NullableBig;
  /** Whether the balance was above since the last mail. */
  low_balance_armed: Generated<boolean>;
  /** Of which plan it has. */
  limits_version: ColumnType<string, number | undefined, number | string>;
  disabled_at: NullableTimestamp;
  created_at: Timestamp;
}

/** What a person may do on the platform: an operator runs it, an admin also hands out roles, credits and prices. */
export type PlatformRole = 'user' | 'operator' | 'admin';

export interface UsersTable {
  id: string;
  /** The account that the user works in at the moment: one of the user's memberships. */
  account_id: string;
  email: string;
  display_name: string;
  role: Generated<PlatformRole>;
  /** Argon2id; null for those who sign in elsewhere. */
  password_hash: ColumnType<string | null, string | null | undefined, string | null>;
  email_verified_at: NullableTimestamp;
  disabled_at: NullableTimestamp;
  created_at: Timestamp;
}

/** What a member may do in an account: an owner pays and closes it, an admin runs it, a member spends. */
export type MemberRole = 'owner' | 'admin' | 'member';

export interface MembershipsTable {
  account_id: string;
  user_id: string;
  role: Generated<MemberRole>;
  /** Credits that this member may spend in a calendar month (UTC); null: as much as there is. */
  monthly_credit_limit: NullableBig;
  created_at: Timestamp;
}

/** What people with power did. Rows are never changed. */
export interface AuditLogTable {
  id: string;
  at: Timestamp;
  /** Null: the platform itself, or a command on the operator's machine. */
  actor_user_id: string | null;
  actor_key_id: string | null;
  action: string;
  target_type: string;
  target_id: string;
  account_id: string | null;
  details: ColumnType<Record<string, unknown>, string | undefined, never>;
  address: string | null;
  request_id: string | null;
}

/** Mail that is sent, or will be. */
export interface MailsTable {
  id: string;
  dedupe_key: string | null;
  to_address: string;
  subject: string;
  /** Plain text. Removed when the mail is sent or given up, since it may hold a link that opens an account. */
  body: string;
  attempts: Generated<number>;
  next_at: Timestamp;
  expires_at: Timestamp;
  sent_at: NullableTimestamp;
  given_up_at: NullableTimestamp;
  last_error: ColumnType<string | null, string | null | undefined, string | null>;
  created_at: Timestamp;
}

export interface PeopleTables {
  'identity.plans': PlansTable;
  'identity.accounts': AccountsTable;
  'identity.users': UsersTable;
  'identity.memberships': MembershipsTable;
  'identity.audit_log': AuditLogTable;
  'identity.mails': MailsTable;
}
