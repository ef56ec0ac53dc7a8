import { attemptStateMachine, jobStateMachine } from '@shotloom/contracts';
import type { AttemptRow } from '../attempts/attempt-rows';
import type { JobRow } from '../jobs/job-row';
import type { WrittenTable } from './row-writes';

/** What a job keeps from its accept on, or what only a pass of the scheduler counts. */
export type FixedJobColumn =
  | 'job_id'
  | 'owner_user_id'
  | 'variant_index'
  | 'variant_of'
  | 'retry_of'
  | 'metadata'
  | 'weight'
  | 'attempts_made'
  | 'created_at';

const JOB_USUAL = {
  status: 'text',
  stage: 'text',
  conditions: 'text[]',
  progress: 'real',
  version: 'int',
  error: 'jsonb',
  output: 'jsonb',
  credits_captured: 'int',
  credits_held: 'int',
  active_attempt_id: 'uuid',
  changed_at: 'timestamptz',
  started_at: 'timestamptz',
  finished_at: 'timestamptz',
  notes: 'text[]',
} as const;

/** All that is neither fixed nor usual: the compiler misses a column that is added and not said here. */
const JOB_RARE = {
  not_before: 'timestamptz',
  cancel_requested_at: 'timestamptz',
  deleted_at: 'timestamptz',
  late_asset_id: 'uuid',
  operation: 'text',
  provider: 'text',
  model: 'text',
  request: 'jsonb',
  price_credits: 'int',
  price_version: 'text',
  chain: 'jsonb',
  model_attempts: 'smallint',
  max_attempts: 'smallint',
  longest_wait_seconds: 'int',
  cancel_policy: 'text',
  own_key: 'boolean',
  held: 'boolean',
  set_id: 'uuid',
  account_id: 'uuid',
} satisfies Record<Exclude<keyof JobRow, FixedJobColumn | keyof typeof JOB_USUAL>, string>;

export const JOBS: WrittenTable<JobRow> = {
  name: 'jobs.jobs',
  key: 'job_id',
  usual: JOB_USUAL,
  rare: JOB_RARE,
  version: 'version',
  canMerge: (before, after) =>
    before.status === after.status || jobStateMachine.can(before.status, after.status),
};

/** What an attempt keeps from its making on, or what only a pass of the scheduler or the fence writes. */
export type FixedAttemptColumn =
  | 'attempt_id'
  | 'job_id'
  | 'owner_user_id'
  | 'number'
  | 'provider'
  | 'model'
  | 'kind'
  | 'operation'
  | 'credential_id'
  | 'credential_version'
  | 'external_task_id'
  | 'price_credits'
  | 'holds_slot'
  | 'own_key'
  | 'vendor_micros'
  | 'spend_day'
  | 'created_at';

const ATTEMPT_USUAL = {
  status: 'text',
  progress: 'real',
  result: 'jsonb',
  error: 'jsonb',
  cost: 'jsonb',
  resends: 'smallint',
  due_at: 'timestamptz',
  deadline_at: 'timestamptz',
  finished_at: 'timestamptz',
  submitted_at: 'timestamptz',
  usual_seconds: 'real',
  slow_at: 'timestamptz',
  hard_limit_at: 'timestamptz',
  vendor_task_id: 'text',
} as const;

const ATTEMPT_RARE = {
  fence: 'int',
  worker_id: 'text',
  step: 'text',
  label: 'text',
  lapses: 'smallint',
  started_at: 'timestamptz',
  last_look: 'boolean',
  link_refreshes: 'smallint',
} satisfies Record<Exclude<keyof AttemptRow, FixedAttemptColumn | keyof typeof ATTEMPT_USUAL>, string>;

export const ATTEMPTS: WrittenTable<AttemptRow> = {
  name: 'jobs.attempts',
  key: 'attempt_id',
  usual: ATTEMPT_USUAL,
  rare: ATTEMPT_RARE,
  canMerge: (before, after) =>
    before.status === after.status || attemptStateMachine.can(before.status, after.status),
};
