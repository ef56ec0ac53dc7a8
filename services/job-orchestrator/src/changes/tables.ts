import { attemptStateMachine, jobStateMachine } from '@shotloom/contracts';
import type { AttemptRow } from '../attempts/attempt-rows';
import type { JobRow } from '../jobs/job-row';
import type { WrittenTable } from './row-writes';

export const JOBS: WrittenTable<JobRow> = {
  name: 'jobs.jobs',
  key: 'job_id',
  usual: {
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
  },
  rare: {
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
  },
  version: 'version',
  canMerge: (before, after) =>
    before.status === after.status || jobStateMachine.can(before.status, after.status),
};

export const ATTEMPTS: WrittenTable<AttemptRow> = {
  name: 'jobs.attempts',
  key: 'attempt_id',
  usual: {
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
  },
  rare: {
    fence: 'int',
    worker_id: 'text',
    step: 'text',
    label: 'text',
    lapses: 'smallint',
    started_at: 'timestamptz',
    last_look: 'boolean',
    link_refreshes: 'smallint',
  },
  canMerge: (before, after) =>
    before.status === after.status || attemptStateMachine.can(before.status, after.status),
};
