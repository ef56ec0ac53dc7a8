import { sql, type RawBuilder } from 'kysely';
import { newId } from '@shotloom/kernel';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { ledgerMigrations } from '@shotloom/ledger';
import { createTestDatabase, silentLogger, type TestDatabase } from '@shotloom/testing';
import { CredentialDirectory, type ListedCredential } from '../src/scheduler/credential-directory';
import { openLane } from '../src/scheduler/lanes';
import { schedulerPass, type PassResult } from '../src/scheduler/pass';
import type { SchedulerLimits } from '../src/scheduler/provider-limits';
import { Scheduler } from '../src/scheduler/scheduler';
import { jobsMigrations } from '../src/schema/migrations';
import type { JobsSchema } from '../src/schema/tables';

export const LIMITS: SchedulerLimits = { perUser: 3, batch: 50 };

export interface SeedJobs {
  readonly provider?: string;
  readonly model?: string;
  readonly owner: string;
  readonly count?: number;
  readonly weight?: number;
  readonly ownKey?: boolean;
}

/** The scheduler alone on a real Postgres: jobs come from SQL, and attempts end when a test says so. */
export class SchedulingLab {
  /** What the gateway would list, by provider. */
  readonly credentials = new Map<string, ListedCredential[]>();
  /** What every job costs at its vendor, in millionths of a US dollar. */
  estimate = 0;
  private readonly opened: Database<JobsSchema>[] = [];

  private constructor(
    private readonly testDatabase: TestDatabase,
    readonly database: Database<JobsSchema>,
  ) {}

  /** `statementTimeoutMs` 0: no limit, for a test that seeds a lot on a machine that is busy. */
  static async start(statementTimeoutMs?: number): Promise<SchedulingLab> {
    const testDatabase = await createTestDatabase();
    await migrate({ url: testDatabase.url }, [ledgerMigrations, jobsMigrations]);
    return new SchedulingLab(testDatabase, open(testDatabase.url, 10, statementTimeoutMs));
  }

  async stop(): Promise<void> {
    await Promise.all([this.database, ...this.opened].map((database) => database.close()));
    await this.testDatabase.drop();
  }

  /** A replica: a scheduler with connections and a list of keys of its own. */
  replica(limits = LIMITS): Scheduler {
    const database = open(this.testDatabase.url, 3);
    this.opened.push(database);
    const credentials = this.directory();
    return new Scheduler({
      database,
      limits,
      credentials,
      estimate: () => this.estimate,
      logger: silentLogger(),
    });
  }

  directory(): CredentialDirectory {
    return new CredentialDirectory({
      list: async (provider) => this.credentials.get(provider) ?? [],
      logger: silentLogger(),
    });
  }

  /** One pass with the keys as they are listed now. */
  async pass(provider: string, limits = LIMITS): Promise<PassResult> {
    const credentials = await this.directory().of(provider);
    const result = await this.database.run((tx) =>
      schedulerPass(tx, { provider, limits, credentials, estimate: () => this.estimate }),
    );
    if (!result) throw new Error('another pass held the lock');
    return result;
  }

  /** Jobs that wait, accepted in one transaction with the opening of their lane. */
  async jobs(seed: SeedJobs): Promise<void> {
    const { provider = 'animatic', owner, weight = 1, ownKey = false } = seed;
    await this.database.run(async (tx) => {
      await insertJobs(seed).execute(tx.sql);
      await openLane(tx, { provider, ownerUserId: owner, weight, ownKey });
    });
  }

  /** Ends attempts and their jobs as failed: which end it is does not matter to the scheduler. */
  async end(which: RawBuilder<unknown>): Promise<number> {
    const query = sql`
      WITH ended AS (
        UPDATE jobs.attempts AS attempt SET status = 'failed', due_at = NULL, finished_at = clock_timestamp()
        WHERE finished_at IS NULL AND ${which} RETURNING job_id
      )
      UPDATE jobs.jobs AS job SET status = 'failed', active_attempt_id = NULL, finished_at = clock_timestamp()
      FROM ended WHERE job.job_id = ended.job_id`;
    // Several may be at it in a test, in any order of the rows: `run` tries again after a deadlock.
    const ended = await this.database.run((tx) => query.execute(tx.sql));
    return Number(ended.numAffectedRows ?? 0n);
  }

  async rows<T>(query: RawBuilder<T>): Promise<T[]> {
    return (await query.execute(this.database.sql)).rows;
  }

  attempts(provider = 'animatic') {
    return this.database.sql
      .selectFrom('jobs.attempts')
      .selectAll()
      .where('provider', '=', provider)
      .orderBy('created_at')
      .orderBy('attempt_id')
      .execute();
  }

  async inFlight(provider = 'animatic'): Promise<number> {
    return (await this.attempts(provider)).filter((attempt) => attempt.finished_at === null).length;
  }

  async settings(provider: string, set: Record<string, number>): Promise<void> {
    await this.database.sql
      .insertInto('jobs.provider_settings')
      .values({ provider, ...set })
      .onConflict((conflict) => conflict.column('provider').doUpdateSet(set))
      .execute();
  }

  /** A key of the operator's, or of a user's. */
  key(provider: string, more: Partial<ListedCredential> = {}): ListedCredential {
    const key = { id: newId(), version: 1, ownerUserId: null, enabled: true, concurrency: null, ...more };
    this.credentials.set(provider, [...(this.credentials.get(provider) ?? []), key]);
    return key;
  }
}

export const EVERYTHING = sql`true`;

export function insertJobs({
  provider = 'animatic',
  model = 'm',
  owner,
  count = 1,
  weight = 1,
  ownKey = false,
}: SeedJobs) {
  return sql`
    INSERT INTO jobs.jobs (job_id, account_id, owner_user_id, operation, provider, model, status, request, price_credits,
      price_version, credits_held, variant_index, variant_of, max_attempts, longest_wait_seconds, not_before, created_at, weight, own_key)
    SELECT gen_random_uuid(), ${owner}, ${owner}, 'text-to-video', ${provider}, ${model}, 'queued', '{}', 0, 'v', 0, 1, 1, 3, 600,
      'epoch', clock_timestamp() + make_interval(secs => n / 1000.0), ${weight}, ${ownKey} FROM generate_series(1, ${count}::int) AS n`;
}

function open(url: string, poolSize: number, statementTimeoutMs?: number): Database<JobsSchema> {
  return openDatabase<JobsSchema>({
    url,
    applicationName: 'test',
    logger: silentLogger(),
    outboxSchema: 'jobs',
    poolSize,
    ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
  });
}
