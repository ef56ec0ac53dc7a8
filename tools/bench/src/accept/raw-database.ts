import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { serviceScript } from '../paths';
import { seedUsers } from '../world/users';

const run = promisify(execFile);
const NAME = 'bench_raw';

/**
 * A second database on the same server with the same schema and users, which no service looks at: there the raw limit is measured,
 * and nothing of the platform works on what pgbench writes.
 */
export async function createRawDatabase(sql: Client, databaseUrl: string, users: number): Promise<string> {
  await sql.query(`create database ${NAME}`);
  const url = new URL(databaseUrl);
  url.pathname = `/${NAME}`;
  for (const service of ['gateway', 'job-orchestrator']) {
    await run(process.execPath, [serviceScript(service, 'migrate')], {
      env: { ...process.env, DATABASE_URL: url.href, NODE_OPTIONS: '' },
    });
  }
  const raw = new Client({ connectionString: url.href });
  await raw.connect();
  try {
    await seedUsers(raw, users);
  } finally {
    await raw.end();
  }
  return url.href;
}
