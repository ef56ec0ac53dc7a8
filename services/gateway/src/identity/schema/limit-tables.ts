import type { ColumnType } from 'kysely';
import type { NullableBig, Timestamp } from './columns';
import type { MemberRole } from './people-tables';

/** A link in a mail by which somebody joins an organisation. Removed when it is used or taken back. */
export interface InvitationsTable {
  id: string;
  account_id: string;
  email: string;
  role: MemberRole;
  monthly_credit_limit: NullableBig;
  /** SHA-256 of the token, which is in the mail and nowhere else. */
  token_hash: Buffer;
  invited_by: string;
  expires_at: ColumnType<Date, Date, Date>;
  created_at: Timestamp;
}

/** A token bucket that all replicas of the gateway share, as it stood at `refilled_at`. */
export interface RateBucketsTable {
  key: string;
  tokens: number;
  /** What the last question was given. */
  granted: number;
  refilled_at: Timestamp;
}

export interface LimitTables {
  'identity.invitations': InvitationsTable;
  'identity.rate_buckets': RateBucketsTable;
}
