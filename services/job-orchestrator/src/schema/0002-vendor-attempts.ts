import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';
import { guardTransitions } from './transition-guard';

const ATTEMPT_MOVES = {
  submitting: ['sending', 'submitted', 'running', 'storing', 'failed', 'cancelled'],
  sending: ['submitting', 'uncertain', 'submitted', 'running', 'storing', 'failed', 'cancelled'],
  uncertain: ['submitting', 'submitted', 'running', 'storing', 'failed', 'cancelled'],
  submitted: ['running', 'storing', 'failed', 'cancelled'],
  running: ['submitting', 'storing', 'failed', 'cancelled'],
  storing: ['running', 'stored', 'failed', 'cancelled'],
} as const;

/** What a job needs to fall back to other models inside one hold, and to say what became of it. */
async function widenJobs(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE jobs.jobs
      ADD COLUMN chain jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN model_attempts smallint NOT NULL DEFAULT 0,
      ADD COLUMN notes text[] NOT NULL DEFAULT '{}',
      ADD COLUMN late_asset_id uuid,
      ADD COLUMN cancel_policy text NOT NULL DEFAULT 'free' CHECK (cancel_policy IN ('free','vendor_cost','full')),
      ADD COLUMN weight real NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 8)`.execute(db);
}

/** What an attempt needs to wait at a vendor: the pinned credential, the ids on both sides, and its own deadlines. */
async function widenAttempts(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TRIGGER attempts_guard_status ON jobs.attempts`.execute(db);
  await sql`DROP FUNCTION jobs.attempts_guard_status()`.execute(db);
  await sql`ALTER TABLE jobs.attempts DROP CONSTRAINT attempts_status_check`.execute(db);
  await sql`
    ALTER TABLE jobs.attempts
      ADD CONSTRAINT attempts_status_check CHECK (status IN
        ('submitting','sending','uncertain','submitted','running','storing','stored','failed','cancelled')),
      ADD COLUMN owner_user_id uuid,
      ADD COLUMN kind text NOT NULL DEFAULT 'lease' CHECK (kind IN ('lease','poll')),
      ADD COLUMN operation text NOT NULL DEFAULT 'text-to-video',
      ADD COLUMN credential_id uuid,
      ADD COLUMN credential_version integer,
      ADD COLUMN external_task_id text,
      ADD COLUMN vendor_task_id text,
      ADD COLUMN price_credits integer NOT NULL DEFAULT 0 CHECK (price_credits >= 0),
      ADD COLUMN holds_slot boolean NOT NULL DEFAULT true,
      ADD COLUMN submitted_at timestamptz,
      ADD COLUMN usual_seconds real,
      ADD COLUMN slow_at timestamptz,
      ADD COLUMN hard_limit_at timestamptz,
      ADD COLUMN last_look boolean NOT NULL DEFAULT false,
      ADD COLUMN link_refreshes smallint NOT NULL DEFAULT 0,
      ADD COLUMN cost jsonb,
      ADD CONSTRAINT attempts_credential_whole CHECK ((credential_id IS NULL) = (credential_version IS NULL))`.execute(
    db,
  );
  await sql`UPDATE jobs.attempts AS attempt SET owner_user_id = job.owner_user_id
    FROM jobs.jobs AS job WHERE job.job_id = attempt.job_id`.execute(db);
  await sql`ALTER TABLE jobs.attempts ALTER COLUMN owner_user_id SET NOT NULL`.execute(db);
  // One task of a vendor belongs to one attempt, whatever a confused answer says.
  await sql`CREATE UNIQUE INDEX attempts_by_vendor_task ON jobs.attempts (provider, vendor_task_id)
    WHERE vendor_task_id IS NOT NULL`.execute(db);
  await sql`CREATE INDEX attempts_by_job ON jobs.attempts (job_id)`.execute(db);
  await sql`CREATE INDEX attempts_uncertain ON jobs.attempts (provider, started_at) WHERE status = 'uncertain'`.execute(
    db,
  );
  await guardTransitions(db, 'attempts', ATTEMPT_MOVES);
}

/** The durable wait: one narrow row an attempt that a vendor works on, claimed by moving `next_poll_at`. */
async function createTimers(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.timers (
      attempt_id uuid PRIMARY KEY REFERENCES jobs.attempts ON DELETE CASCADE,
      provider text NOT NULL,
      credential_id uuid NOT NULL,
      credential_version integer NOT NULL,
      next_poll_at timestamptz NOT NULL,
      poll_no integer NOT NULL DEFAULT 0,
      verb text NOT NULL DEFAULT 'poll' CHECK (verb IN ('poll','lookup','late')),
      misses smallint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)`.execute(db);
  await sql`CREATE INDEX timers_due ON jobs.timers (provider, next_poll_at)`.execute(db);
}

/** How long models really take, learned from what they delivered: the last durations, and what follows from them. Seconds. */
async function createModelStats(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.model_stats (
      model text PRIMARY KEY,
      recent real[] NOT NULL DEFAULT '{}',
      p50_seconds real NOT NULL,
      p95_seconds real NOT NULL,
      finished bigint NOT NULL DEFAULT 0,
      changed_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
}

/** What happened to each job and why, in plain words; written in the transaction that did it. */
async function createLog(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.log (
      seq bigint GENERATED ALWAYS AS IDENTITY,
      job_id uuid NOT NULL,
      at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      level text NOT NULL CHECK (level IN ('INFO','SUCCESS','WARN','ERROR')),
      text text NOT NULL,
      attempt_id uuid,
      attempt smallint,
      provider text,
      vendor_task_id text,
      PRIMARY KEY (job_id, seq)
    )`.execute(db);
}

export const addVendorAttemptsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await widenJobs(db);
    await widenAttempts(db);
    await createTimers(db);
    await createModelStats(db);
    await createLog(db);
  },
};
