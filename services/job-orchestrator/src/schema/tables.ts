import type { ColumnType, Generated } from 'kysely';
import type { ErrorRecord } from '@shotloom/kernel';
import type {
  JobCondition,
  JobOutput,
  AttemptStatus,
  JobStage,
  JobStatus,
  LOG_LEVELS,
  ModelSpec,
  RenderedObject,
  VendorCost,
  VendorLink,
  VideoRequest,
} from '@shotloom/contracts';
import type {
  BreakersTable,
  CreateWindowsTable,
  JobSetsTable,
  LanesTable,
  LaneWakesTable,
  ProviderSettingsTable,
  ProviderStateTable,
  RequestBucketsTable,
  SetWakesTable,
  SlotLimitsTable,
  SlotsTable,
} from './scheduler-tables';
import type { SpendPausesTable, SpendTable } from './spend-tables';
import type { BatchesTable, BatchRowsTable } from './batch-tables';

/** A model that a job may fall back to: resolved and priced when the job was accepted. */
export interface ChainLink {
  readonly request: VideoRequest;
  readonly price: {
    readonly credits: number;
    readonly version: string;
    readonly ownKey?: boolean | undefined;
  };
}

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
  /** Models not tried yet, in order. The hold covers the dearest of all. */
  chain: ColumnType<ChainLink[], string | undefined, string>;
  /** Attempts made with the present model. */
  model_attempts: Generated<number>;
  notes: Generated<string[]>;
  late_asset_id: string | null;
  /** The present model's: what a cancel costs once the vendor was asked. */
  cancel_policy: Generated<ModelSpec['cancel_policy']>;
  /** 1 to 8: the bounded weight in the fair share between users. */
  weight: Generated<number>;
  /** The present model runs on a key of the user's own, and on no other. */
  own_key: Generated<boolean>;
  /** Whether the ledger has a hold for it: always, but for a draft and one that ended before it was run. */
  held: Generated<boolean>;
  /** The jobs that it was run with, under a limit of their own. */
  set_id: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface AttemptsTable {
  attempt_id: string;
  job_id: string;
  number: number;
  owner_user_id: string;
  provider: string;
  model: string;
  /** `lease`: rendered by a worker of ours; `poll`: made by a vendor, which is asked until it is done. */
  kind: Generated<'lease' | 'poll'>;
  operation: Generated<string>;
  /** Pinned when the attempt was made: a key that is rotated meanwhile changes nothing. */
  credential_id: string | null;
  credential_version: number | null;
  /** Our own id of the task at the vendor, and the vendor's. */
  external_task_id: string | null;
  vendor_task_id: string | null;
  /** Of this attempt's model; what is captured where it delivers. */
  price_credits: Generated<number>;
  /** Whether it still counts against the limits; the scheduler takes it back when the attempt has ended. */
  holds_slot: Generated<boolean>;
  status: AttemptStatus;
  /** Grows with every grant; a report under an older one changes nothing. */
  fence: Generated<number>;
  worker_id: string | null;
  /** 0 to 1, as the worker reports it. */
  progress: Generated<number>;
  step: string | null;
  result: JsonOrNull<RenderedObject | VendorLink>;
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
  /** When the vendor was first known to have the task. */
  submitted_at: MomentOrNull;
  /** Past the model's usual p95. */
  slow_at: MomentOrNull;
  /** From here on a video is no longer waited for; `deadline_at` is where it becomes overdue. */
  hard_limit_at: MomentOrNull;
  /** The model's median when the vendor took the task: what progress is estimated by, so that it never falls. Seconds. */
  usual_seconds: number | null;
  /** Set when the vendor was asked for the last time before the attempt is given up. */
  last_look: Generated<boolean>;
  /** How often the vendor was asked for a fresh link because the one before had ended. */
  link_refreshes: Generated<number>;
  cost: JsonOrNull<VendorCost>;
  /** Pinned to a key of the user's own. */
  own_key: Generated<boolean>;
  /** What counts as spent at the vendor: reserved at the start, corrected when its slot is taken back. Null where no key is needed. */
  vendor_micros: number | null;
  /** The UTC day that it counts for. */
  spend_day: string | null;
}

/** The durable wait of an attempt at a vendor; claimed by moving `next_poll_at`, which is the lease. */
export interface TimersTable {
  attempt_id: string;
  provider: string;
  credential_id: string;
  credential_version: number;
  next_poll_at: Moment;
  poll_no: Generated<number>;
  /** `lookup`: is there such a task? `late`: the attempt was given up, and a video may still come. */
  verb: Generated<'poll' | 'lookup' | 'late'>;
  /** Polls in a row that gave no news of the task. */
  misses: Generated<number>;
  /** Of those, lookups in a row that said that there is no such task. */
  denials: Generated<number>;
}

/** Seconds from `submitted` to the end that a model's videos took. */
export interface ModelStatsTable {
  model: string;
  recent: Generated<number[]>;
  p50_seconds: number;
  p95_seconds: number;
  finished: Generated<string>;
  changed_at: Generated<Date>;
}

export interface LogTable {
  seq: ColumnType<string, never, never>;
  job_id: string;
  /** Whose job it is; null only where there is no such job. */
  owner_user_id: string | null;
  at: Generated<Date>;
  level: (typeof LOG_LEVELS)[number];
  text: string;
  attempt_id: string | null;
  attempt: number | null;
  provider: string | null;
  vendor_task_id: string | null;
}

export interface IdempotencyKeysTable {
  owner_user_id: string;
  route: string;
  key: string;
  body_hash: string;
  job_ids: string[];
  created_at: Generated<Date>;
}

/** What a user's plan allows, as the last accept said it; null is no limit of the plan. */
/** The newest news of each plan. */
export interface PlanLimitsTable {
  plan_id: string;
  version: number;
  concurrency: number | null;
  per_provider: number | null;
  weight: number;
}

export interface UserLimitsTable {
  owner_user_id: string;
  /** Attempts in flight over all providers. */
  concurrency: number | null;
  /** Attempts in flight at one provider, 1 to 5. */
  per_provider: number | null;
  /** Whose plan it is; null where the accept was of an earlier release. */
  account_id: string | null;
  plan_id: string | null;
  /** The plan's, 1 to 8. */
  weight: number | null;
  /** Of which plan the account has, and of the plan; older news changes nothing. */
  account_version: Generated<number>;
  version: Generated<number>;
  changed_at: Generated<Date>;
}

/** Jobs that a user has started in an hour of the clock (UTC). */
export interface GenerationHoursTable {
  owner_user_id: string;
  hour: Date;
  count: number;
}

export interface JobsSchema {
  'jobs.user_limits': UserLimitsTable;
  'jobs.plan_limits': PlanLimitsTable;
  'jobs.generation_hours': GenerationHoursTable;
  'jobs.jobs': JobsTable;
  'jobs.attempts': AttemptsTable;
  'jobs.timers': TimersTable;
  'jobs.model_stats': ModelStatsTable;
  'jobs.log': LogTable;
  'jobs.batches': BatchesTable;
  'jobs.batch_rows': BatchRowsTable;
  'jobs.idempotency_keys': IdempotencyKeysTable;
  'jobs.job_sets': JobSetsTable;
  'jobs.set_wakes': SetWakesTable;
  'jobs.lanes': LanesTable;
  'jobs.lane_wakes': LaneWakesTable;
  'jobs.provider_state': ProviderStateTable;
  'jobs.provider_settings': ProviderSettingsTable;
  'jobs.slots': SlotsTable;
  'jobs.slot_limits': SlotLimitsTable;
  'jobs.request_buckets': RequestBucketsTable;
  'jobs.create_windows': CreateWindowsTable;
  'jobs.breakers': BreakersTable;
  'jobs.spend': SpendTable;
  'jobs.spend_pauses': SpendPausesTable;
}
