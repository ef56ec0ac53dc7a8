import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** One row a user and provider: where the user stands in the fair order. Written only by the pass of its provider. */
async function createLanes(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.lanes (
      provider text NOT NULL,
      owner_user_id uuid NOT NULL,
      weight real NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 8),
      vtime double precision NOT NULL,
      running integer NOT NULL DEFAULT 0 CHECK (running >= 0),
      own_key boolean NOT NULL DEFAULT false,
      state text NOT NULL CHECK (state IN ('ready','full','blocked','sleeping','idle')),
      blocked_on text,
      blocked_tag double precision NOT NULL DEFAULT 0,
      ready_at timestamptz,
      since timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (provider, owner_user_id),
      CHECK (blocked_on IS NOT NULL OR state <> 'blocked')
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)`.execute(db);
  await sql`CREATE INDEX lanes_ready ON jobs.lanes (provider, own_key, vtime, since, owner_user_id)
    WHERE state = 'ready'`.execute(db);
  await sql`CREATE INDEX lanes_asleep ON jobs.lanes (provider, ready_at) WHERE ready_at IS NOT NULL`.execute(
    db,
  );
  await sql`CREATE INDEX lanes_blocked ON jobs.lanes (provider, blocked_on, blocked_tag, since) WHERE state = 'blocked'`.execute(
    db,
  );
  await sql`CREATE INDEX lanes_idle ON jobs.lanes (provider, vtime) WHERE state = 'idle' AND running = 0`.execute(
    db,
  );
  // Only ever inserted by those who make jobs wait, so that no accept waits for another or for a pass.
  await sql`
    CREATE TABLE jobs.lane_wakes (
      provider text NOT NULL,
      seq bigint GENERATED ALWAYS AS IDENTITY,
      owner_user_id uuid NOT NULL,
      weight real NOT NULL,
      PRIMARY KEY (provider, seq)
    ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)`.execute(db);
}

async function createSlots(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.provider_state (
      provider text PRIMARY KEY,
      vtime double precision NOT NULL DEFAULT 0,
      waiting_reason text,
      repair_after uuid,
      changed_at timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 50)`.execute(db);
  await sql`
    CREATE TABLE jobs.slots (
      provider text NOT NULL,
      scope text NOT NULL CHECK (scope IN ('provider','model','credential')),
      key text NOT NULL,
      in_use integer NOT NULL CHECK (in_use >= 0),
      vtime double precision NOT NULL DEFAULT 0,
      PRIMARY KEY (provider, scope, key)
    ) WITH (fillfactor = 50)`.execute(db);
}

/** What the operator says, over what the catalogue says. */
async function createSettings(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.provider_settings (
      provider text PRIMARY KEY,
      paused_at timestamptz,
      paused_reason text,
      concurrency integer CHECK (concurrency >= 0),
      user_concurrency integer CHECK (user_concurrency BETWEEN 1 AND 100),
      requests_per_minute double precision CHECK (requests_per_minute > 0),
      requests_burst integer CHECK (requests_burst > 0),
      changed_at timestamptz NOT NULL DEFAULT now(),
      CHECK ((paused_at IS NULL) = (paused_reason IS NULL)),
      CHECK ((requests_per_minute IS NULL) = (requests_burst IS NULL))
    )`.execute(db);
  await sql`
    CREATE TABLE jobs.slot_limits (
      provider text NOT NULL,
      scope text NOT NULL CHECK (scope IN ('model','credential')),
      key text NOT NULL,
      concurrency integer NOT NULL CHECK (concurrency >= 0),
      PRIMARY KEY (provider, scope, key)
    )`.execute(db);
}

/** What is known of each key at a vendor: how many calls it may make now, and whether it works. */
async function createCredentialState(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.request_buckets (
      provider text NOT NULL,
      credential_id uuid NOT NULL,
      per_minute double precision NOT NULL,
      burst integer NOT NULL,
      tokens double precision NOT NULL CHECK (tokens >= 0),
      granted integer NOT NULL,
      refilled_at timestamptz NOT NULL,
      PRIMARY KEY (provider, credential_id)
    ) WITH (fillfactor = 50)`.execute(db);
  await sql`
    CREATE TABLE jobs.breakers (
      provider text NOT NULL,
      credential_id uuid NOT NULL,
      state text NOT NULL CHECK (state IN ('closed','open','half_open')),
      reason text,
      outages integer NOT NULL DEFAULT 0,
      opens integer NOT NULL DEFAULT 0,
      retry_at timestamptz,
      changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (provider, credential_id),
      CHECK ((state = 'closed') = (retry_at IS NULL)),
      CHECK ((state = 'closed') = (reason IS NULL))
    ) WITH (fillfactor = 50)`.execute(db);
}

async function replaceIndexes(db: Kysely<unknown>): Promise<void> {
  const waiting = sql`WHERE active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft'`;
  await sql`DROP INDEX jobs.jobs_waiting`.execute(db);
  // Of each user's lane and model the jobs that never had to wait come first, by age; then those set aside, by their time.
  await sql`CREATE INDEX jobs_waiting_in_lane
    ON jobs.jobs (provider, owner_user_id, model, not_before, created_at, job_id) ${waiting}`.execute(db);
  await sql`CREATE INDEX jobs_waiting_by_age ON jobs.jobs (provider, created_at) ${waiting}`.execute(db);
  await sql`CREATE INDEX attempts_to_harvest ON jobs.attempts (provider)
    WHERE holds_slot AND finished_at IS NOT NULL`.execute(db);
  await sql`CREATE INDEX attempts_holding_slots ON jobs.attempts (provider, owner_user_id) WHERE holds_slot`.execute(
    db,
  );
}

/** What is there already gets its lanes and slots. */
async function countWhatIsThere(db: Kysely<unknown>): Promise<void> {
  await sql`UPDATE jobs.attempts SET holds_slot = false WHERE finished_at IS NOT NULL`.execute(db);
  await sql`
    INSERT INTO jobs.lanes (provider, owner_user_id, vtime, state, running)
    SELECT provider, owner_user_id, 0, 'ready', sum(running) FROM (
      SELECT provider, owner_user_id, 1 AS running FROM jobs.attempts WHERE holds_slot
      UNION ALL
      SELECT DISTINCT provider, owner_user_id, 0 FROM jobs.jobs
      WHERE active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft'
    ) AS known GROUP BY provider, owner_user_id`.execute(db);
  await sql`
    INSERT INTO jobs.slots (provider, scope, key, in_use)
    SELECT provider, 'provider', '', count(*) FROM jobs.attempts WHERE holds_slot GROUP BY provider
    UNION ALL
    SELECT provider, 'model', model, count(*) FROM jobs.attempts WHERE holds_slot GROUP BY provider, model`.execute(
    db,
  );
}

export const addSchedulerMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createLanes(db);
    await createSlots(db);
    await createSettings(db);
    await createCredentialState(db);
    await replaceIndexes(db);
    await countWhatIsThere(db);
  },
};
