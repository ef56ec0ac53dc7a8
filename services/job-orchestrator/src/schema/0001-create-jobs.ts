import { sql, type Kysely } from 'kysely';
import { createOutboxAndInbox, type Migration } from '@shotloom/database';
import { guardTransitions } from './transition-guard';

const JOB_MOVES = {
  draft: ['queued', 'failed', 'cancelled'],
  queued: ['submitted', 'processing', 'failed', 'cancelled'],
  submitted: ['processing', 'storing', 'failed', 'cancelled'],
  processing: ['storing', 'failed', 'cancelled'],
  storing: ['completed', 'failed', 'cancelled'],
} as const;
const ATTEMPT_MOVES = {
  submitting: ['running', 'failed', 'cancelled'],
  running: ['submitting', 'storing', 'failed', 'cancelled'],
  storing: ['stored', 'failed', 'cancelled'],
} as const;

async function createJobs(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.jobs (
      job_id uuid PRIMARY KEY,
      account_id uuid NOT NULL,
      owner_user_id uuid NOT NULL,
      operation text NOT NULL,
      provider text NOT NULL,
      model text NOT NULL,
      status text NOT NULL CHECK (status IN ('draft','queued','submitted','processing','storing','completed','failed','cancelled')),
      stage text CHECK (stage IN ('inputs_ready','running','downloading','stored')),
      conditions text[] NOT NULL DEFAULT '{}',
      progress real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
      version integer NOT NULL DEFAULT 1,
      request jsonb NOT NULL,
      price_credits integer NOT NULL CHECK (price_credits >= 0),
      price_version text NOT NULL,
      credits_held integer NOT NULL CHECK (credits_held >= 0),
      credits_captured integer NOT NULL DEFAULT 0 CHECK (credits_captured BETWEEN 0 AND price_credits),
      variant_index smallint NOT NULL,
      variant_of smallint NOT NULL,
      retry_of uuid,
      metadata jsonb NOT NULL DEFAULT '{}',
      error jsonb,
      output jsonb,
      max_attempts smallint NOT NULL CHECK (max_attempts > 0),
      attempts_made smallint NOT NULL DEFAULT 0,
      longest_wait_seconds integer NOT NULL CHECK (longest_wait_seconds > 0),
      active_attempt_id uuid,
      not_before timestamptz NOT NULL,
      cancel_requested_at timestamptz,
      deleted_at timestamptz,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      changed_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      finished_at timestamptz,
      CHECK ((finished_at IS NOT NULL) = (status IN ('completed','failed','cancelled'))),
      CHECK (status <> 'completed' OR output IS NOT NULL),
      CHECK (finished_at IS NULL OR (credits_held = 0 AND active_attempt_id IS NULL))
    )`.execute(db);
  await sql`CREATE INDEX jobs_by_owner ON jobs.jobs (owner_user_id, created_at DESC, job_id DESC) WHERE deleted_at IS NULL`.execute(
    db,
  );
  await sql`
    CREATE INDEX jobs_waiting ON jobs.jobs (provider, owner_user_id, created_at, job_id)
    WHERE active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft'`.execute(db);
  await guardTransitions(db, 'jobs', JOB_MOVES);
}

async function createAttempts(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.attempts (
      attempt_id uuid PRIMARY KEY,
      job_id uuid NOT NULL REFERENCES jobs.jobs ON DELETE CASCADE,
      number smallint NOT NULL CHECK (number > 0),
      provider text NOT NULL,
      model text NOT NULL,
      status text NOT NULL CHECK (status IN ('submitting','running','storing','stored','failed','cancelled')),
      fence integer NOT NULL DEFAULT 0,
      worker_id text,
      progress real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
      step text,
      result jsonb,
      label text,
      error jsonb,
      resends integer NOT NULL DEFAULT 0,
      lapses integer NOT NULL DEFAULT 0,
      due_at timestamptz,
      deadline_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      finished_at timestamptz,
      UNIQUE (job_id, number),
      CHECK ((finished_at IS NOT NULL) = (status IN ('stored','failed','cancelled'))),
      CHECK ((due_at IS NULL) = (finished_at IS NOT NULL))
    ) WITH (fillfactor = 70)`.execute(db);
  await sql`CREATE UNIQUE INDEX attempts_one_active ON jobs.attempts (job_id) WHERE finished_at IS NULL`.execute(
    db,
  );
  await sql`CREATE INDEX attempts_due ON jobs.attempts (due_at) WHERE finished_at IS NULL`.execute(db);
  await sql`CREATE INDEX attempts_active_by_provider ON jobs.attempts (provider) WHERE finished_at IS NULL`.execute(
    db,
  );
  await guardTransitions(db, 'attempts', ATTEMPT_MOVES);
}

async function createIdempotencyKeys(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.idempotency_keys (
      owner_user_id uuid NOT NULL,
      route text NOT NULL,
      key text NOT NULL,
      body_hash text NOT NULL,
      job_ids uuid[] NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (owner_user_id, route, key)
    )`.execute(db);
  await sql`CREATE INDEX idempotency_keys_by_age ON jobs.idempotency_keys (created_at)`.execute(db);
}

export const createJobsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createJobs(db);
    await createAttempts(db);
    await createIdempotencyKeys(db);
    await createOutboxAndInbox(db, 'jobs');
  },
};
