import type { ColumnType, Generated } from 'kysely';
import type { ErrorRecord } from '@shotloom/kernel';
import type {
  JobCondition,
  JobOutput,
  JobStage,
  JobStatus,
  RenderedObject,
  VideoRequest,
} from '@shotloom/contracts';

/** Written as JSON text, read as the parsed value. */
type Json<T> = ColumnType<T, string, string>;
type JsonOrNull<T> = ColumnType<T | null, string | null, string | null>;
type Moment = ColumnType<Date, Date | string, Date | string>;
type MomentOrNull = ColumnType<Date | null, Date | string | null, Date | string | null>;

export interface JobsTable {
  job_id: string;
  account_id: string;
  owner_user_id: string;
  operation: string;
  provider: string;
  model: string;
  status: JobStatus;
  stage: JobStage | null;
  conditions: Generated<JobCondition[]>;
  /** Floor of the shown progress, per cent: what earlier attempts and finished steps have reached. */
  progress: Generated<number>;
  version: Generated<number>;
  request: Json<VideoRequest>;
  price_credits: number;
  price_version: string;
  credits_held: number;
  credits_captured: Generated<number>;
  variant_index: number;
  variant_of: number;
  retry_of: string | null;
  metadata: Json<Record<string, string>>;
  error: JsonOrNull<ErrorRecord>;
  output: JsonOrNull<JobOutput>;
  max_attempts: number;
  attempts_made: Generated<number>;
  /** Of one attempt; pinned at the accept, so that a model which leaves the catalogue strands nobody. */
  longest_wait_seconds: number;
  /** The attempt that is under way; null where the job waits for the scheduler. */
  active_attempt_id: string | null;
  /** Not scheduled before this: the backoff after a failed attempt. */
  not_before: Moment;
  cancel_requested_at: MomentOrNull;
  deleted_at: MomentOrNull;
  created_at: Generated<Date>;
  changed_at: Generated<Date>;
  started_at: MomentOrNull;
  finished_at: MomentOrNull;
}

export const ATTEMPT_STATUSES = [
  'submitting',
  'running',
  'storing',
  'stored',
  'failed',
  'cancelled',
] as const;
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

export interface AttemptsTable {
  attempt_id: string;
  job_id: string;
  number: number;
  provider: string;
  model: string;
  status: AttemptStatus;
  /** Grows with every grant; a report under an older one changes nothing. */
  fence: Generated<number>;
  worker_id: string | null;
  /** 0 to 1, as the worker reports it. */
  progress: Generated<number>;
  step: string | null;
  result: JsonOrNull<RenderedObject>;
  label: string | null;
  error: JsonOrNull<ErrorRecord>;
  /** How often its present message was sent again because nothing moved; a long queue is no fault. */
  resends: Generated<number>;
  /** How often a worker fell silent while it held the lease. */
  lapses: Generated<number>;
  /** When the sweep acts if nothing moves: resend the work, take back the lease, resend the ingest. */
  due_at: MomentOrNull;
  deadline_at: Moment;
  created_at: Generated<Date>;
  started_at: MomentOrNull;
  finished_at: MomentOrNull;
}

export interface IdempotencyKeysTable {
  owner_user_id: string;
  route: string;
  key: string;
  body_hash: string;
  job_ids: string[];
  created_at: Generated<Date>;
}

export interface JobsSchema {
  'jobs.jobs': JobsTable;
  'jobs.attempts': AttemptsTable;
  'jobs.idempotency_keys': IdempotencyKeysTable;
}
