import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findPostgresProgram } from '@shotloom/testing';

const run = promisify(execFile);

/** Postgres' programs take the password from the environment: command lines are seen by everybody. */
function access(databaseUrl: string): { url: string; env: NodeJS.ProcessEnv } {
  const url = new URL(databaseUrl);
  const PGPASSWORD = decodeURIComponent(url.password);
  url.password = '';
  return { url: url.href, env: { ...process.env, PGPASSWORD } };
}

/** As docs/operations/backup-and-restore.md says. */
export async function dump(databaseUrl: string, file: string): Promise<void> {
  const { url, env } = access(databaseUrl);
  await run(findPostgresProgram('pg_dump'), ['--format=custom', `--file=${file}`, url], { env });
}

/** Into an empty database. */
export async function restore(databaseUrl: string, file: string): Promise<void> {
  const { url, env } = access(databaseUrl);
  await run(findPostgresProgram('pg_restore'), ['--exit-on-error', `--dbname=${url}`, file], { env });
}
