import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ACCOUNT_PREFIX, numberedId, USER_PREFIX } from '../world/users';
import type { World } from '../world/world';
import { captureTransaction, type CapturedStatement } from './captured-statement';
import { pgbench } from './pgbench';
import { numberedSql, toPgbenchScript, type Substitution } from './pgbench-script';
import { createRawDatabase } from './raw-database';

/** Tried in turn; the raw limit is what Postgres does with the best of them. */
const CLIENTS = [4, 8, 16, 32];
const IDS_PER_RUN = 1_000_000;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** How fast Postgres alone does what one accepted job needs. */
export class RawLimit {
  private runs = 0;
  private readonly best = new Map<number, number>();

  private constructor(
    private readonly databaseUrl: string,
    private readonly script: string,
    readonly statements: readonly CapturedStatement[],
  ) {}

  /** `acceptOne` must accept one job of the first user through the API; its statements become the script. */
  static async prepare(world: World, acceptOne: () => Promise<void>): Promise<RawLimit> {
    const { platform, sql, users } = world;
    const { logs, dataDir, databaseUrl } = platform.runtime;
    const statements = await captureTransaction({
      sql,
      logFile: join(logs, 'postgres.log'),
      application: 'job-orchestrator',
      mark: /insert into "?jobs"?\."?jobs"?/i,
      work: acceptOne,
    });
    const script = join(dataDir, 'accept.pgbench');
    await writeFile(script, toScript(statements));
    const raw = await createRawDatabase(sql, databaseUrl, users.length);
    return new RawLimit(raw, script, statements);
  }

  /** Finds how many connections are best; called once for each number of users before what counts. */
  async calibrate(users: number, seconds: number): Promise<number> {
    let top = 0;
    for (const clients of CLIENTS) {
      const tps = await this.run(users, clients, seconds);
      if (tps > top) this.best.set(users, clients);
      top = Math.max(top, tps);
    }
    return this.best.get(users) ?? 8;
  }

  /** Transactions per second with the best number of connections. */
  measure(users: number, seconds: number): Promise<number> {
    return this.run(users, this.best.get(users) ?? 8, seconds);
  }

  private run(users: number, clients: number, seconds: number): Promise<number> {
    const firstNumber = this.runs++ * IDS_PER_RUN;
    return pgbench({
      databaseUrl: this.databaseUrl,
      script: this.script,
      clients,
      seconds,
      firstNumber,
      users,
    });
  }
}

/** Every id that the service made gets one of its own in each transaction; the user and the account are drawn. */
export function toScript(statements: readonly CapturedStatement[]): string {
  const texts = statements.flatMap(({ parameters }) => parameters);
  const ids = [...new Set(texts.flatMap((text) => text?.match(UUID) ?? []))];
  const known: Record<string, Substitution> = {
    [numberedId(USER_PREFIX, 1)]: { text: numberedId(USER_PREFIX, 1), sql: numberedSql(USER_PREFIX, ':u') },
    [numberedId(ACCOUNT_PREFIX, 1)]: {
      text: numberedId(ACCOUNT_PREFIX, 1),
      sql: numberedSql(ACCOUNT_PREFIX, ':u'),
    },
  };
  const substitutions = ids.map(
    (text, index) =>
      known[text] ?? {
        text,
        sql: numberedSql(
          `0d${String(index).padStart(6, '0')}-0000-7000-8000-`,
          ':client_id * 4294967296 + :i',
        ),
      },
  );
  return toPgbenchScript({
    statements,
    substitutions,
    setUp: ['\\set i :i + 1', '\\set u random(1, :users)'],
  });
}
