import { createHash, randomBytes } from 'node:crypto';
import { openDatabase, type Database } from '@shotloom/database';
import { credits, newId } from '@shotloom/kernel';
import { checkInvariants, getBalance, grant } from '@shotloom/ledger';
import { openObjectStore, type ObjectStore } from '@shotloom/object-store';
import { rememberSecret, silentLogger, waitFor, type RuntimeInfo } from '@shotloom/testing';
import { sql } from 'kysely';

interface Books {
  jobs: { job_id: string; status: string; credits_captured: number; credits_held: number }[];
  assets: { job_id: string; object_key: string; poster_key: string | null }[];
  holds: { id: string; state: string }[];
}

/** A try at a provider. */
export interface AttemptBook {
  readonly attempt_id: string;
  readonly number: number;
  readonly status: string;
  readonly vendor_task_id: string | null;
  readonly credential_version: number | null;
}

/** Looks past the API, at what is really there: rows and objects. */
export class Truth {
  private readonly database: Database<unknown>;
  private readonly store: ObjectStore;

  constructor(runtime: RuntimeInfo) {
    const { objectStore } = runtime;
    if (objectStore.kind !== 'file') throw new Error('The local runtime keeps objects in files.');
    const unused = {
      publicBaseUrl: runtime.gatewayUrl,
      signingSecret: 'only listing, nothing is signed here',
    };
    this.store = openObjectStore({ ...objectStore, ...unused });
    this.database = openDatabase({
      url: runtime.databaseUrl,
      applicationName: 'e2e',
      logger: silentLogger(),
    });
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** The ledger's own check; empty when every amount is where it belongs. */
  ledgerProblems(): Promise<string[]> {
    return checkInvariants(this.database.sql);
  }

  async books(): Promise<Books> {
    const read = async <T>(query: ReturnType<typeof sql<T>>): Promise<T[]> =>
      (await query.execute(this.database.sql)).rows;
    return {
      jobs: await read(sql`SELECT job_id, status, credits_captured, credits_held FROM jobs.jobs`),
      assets: await read(
        sql`SELECT job_id, object_key, poster_key FROM media.assets WHERE origin = 'generated' AND deleted_at IS NULL`,
      ),
      holds: await read(sql`SELECT id, state FROM ledger.holds`),
    };
  }

  /** Completed events in the outbox by job, published or not: more than one is a doubled end. */
  async terminalEvents(): Promise<Record<string, number>> {
    const { rows } = await sql<{ job_id: string; count: number }>`
      SELECT envelope->'payload'->'state'->>'jobId' AS job_id, count(*)::int AS count FROM jobs.outbox
      WHERE envelope->>'type' = 'job.changed.v1' AND envelope->'payload'->'state'->>'status' IN ('completed', 'failed', 'cancelled')
      GROUP BY 1`.execute(this.database.sql);
    return Object.fromEntries(rows.map((row) => [row.job_id, row.count]));
  }

  /** Another user with an account, credits and a key of their own. Resolves with the key. */
  async addStranger(): Promise<string> {
    return (await this.addUser(100)).key;
  }

  /** The same, with as many credits as are wanted; the account is the user's alone. */
  async addUser(amount: number): Promise<{ userId: string; key: string }> {
    const [userId, accountId, keyId] = [newId(), newId(), newId()];
    const prefix = `sl_${randomBytes(8).toString('hex')}`;
    const secret = randomBytes(32).toString('base64url');
    const hash = createHash('sha256').update(secret).digest();
    // Suites that send all they can are about other things than rate limits.
    await this
      .run(sql`INSERT INTO identity.plans (id, title, concurrency, unlimited) VALUES ('bench', 'Bench', 1000, true)
      ON CONFLICT (id) DO NOTHING`);
    await this.run(
      sql`INSERT INTO identity.accounts (id, name, plan_id) VALUES (${accountId}, 'Stranger', 'bench')`,
    );
    await this.run(sql`
      WITH made AS (
        INSERT INTO identity.users (id, account_id, email, display_name)
        VALUES (${userId}, ${accountId}, ${`${userId}@example.org`}, 'Stranger') RETURNING id, account_id)
      INSERT INTO identity.memberships (account_id, user_id, role) SELECT account_id, id, 'owner' FROM made`);
    await this
      .run(sql`INSERT INTO identity.api_keys (id, account_id, owner_user_id, name, prefix, secret_hash, scopes)
      VALUES (${keyId}, ${accountId}, ${userId}, 'test', ${prefix}, ${hash}, ARRAY['generate', 'read'])`);
    await grant(this.database.sql, {
      accountId,
      amount: credits(amount),
      reference: accountId,
      reason: 'test',
    });
    return { userId, key: rememberSecret(`${prefix}_${secret}`, 'the API key of a test') };
  }

  /** The tries of a job, the first one first. */
  async attempts(jobId: string): Promise<AttemptBook[]> {
    const { rows } = await sql<AttemptBook>`
      SELECT attempt_id, number, status, vendor_task_id, credential_version FROM jobs.attempts
      WHERE job_id = ${jobId} ORDER BY number`.execute(this.database.sql);
    return rows;
  }

  /** What the job's log says, as one text. */
  async log(jobId: string): Promise<string> {
    const { rows } = await sql<{ text: string }>`
      SELECT text FROM jobs.log WHERE job_id = ${jobId} ORDER BY seq`.execute(this.database.sql);
    return rows.map(({ text }) => text).join('\n');
  }

  /** Lets the wait of a job at its vendor, or for its worker, be over now: only the clock is moved. */
  async hurry(jobId: string): Promise<void> {
    await this.run(sql`UPDATE jobs.timers SET next_poll_at = now()
      WHERE attempt_id IN (SELECT attempt_id FROM jobs.attempts WHERE job_id = ${jobId})`);
    await this.run(
      sql`UPDATE jobs.attempts SET due_at = now() WHERE job_id = ${jobId} AND status = 'sending'`,
    );
  }

  /** What an account has, and what is held of it. Credits. */
  async balance(accountId: string): Promise<{ available: number; held: number }> {
    const { available, held } = await getBalance(this.database.sql, accountId);
    return { available, held };
  }

  async fund(accountId: string, amount: number): Promise<void> {
    await grant(this.database.sql, {
      accountId,
      amount: credits(amount),
      reference: newId(),
      reason: 'test',
    });
  }

  /** Runs a statement, for tests that must arrange a moment. */
  async run(query: ReturnType<typeof sql>): Promise<void> {
    await query.execute(this.database.sql);
  }

  /** Reads what the methods above do not. */
  async rows<T>(query: ReturnType<typeof sql<T>>): Promise<T[]> {
    return (await query.execute(this.database.sql)).rows;
  }

  /** The keys of all stored objects with this prefix. */
  async objectKeys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const object of this.store.list(prefix)) keys.push(object.key);
    return keys.toSorted();
  }

  /** Waits until every message of the outboxes has been published: then nothing more will happen by itself. */
  async settled(): Promise<void> {
    const unpublished = async (): Promise<number> => {
      const { rows } = await sql<{ count: number }>`
        SELECT ((SELECT count(*) FROM jobs.outbox WHERE published_at IS NULL)
              + (SELECT count(*) FROM media.outbox WHERE published_at IS NULL))::int AS count`.execute(
        this.database.sql,
      );
      return rows[0]?.count ?? -1;
    };
    await waitFor(async () => (await unpublished()) === 0, {
      timeoutMs: 60_000,
      what: 'every outbox to be empty',
    });
  }
}
