import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findPostgresProgram } from '@shotloom/testing';

const run = promisify(execFile);
export interface PgbenchRun {
  readonly databaseUrl: string;
  readonly script: string;
  readonly clients: number;
  readonly seconds: number;
  /** Where each client's counter begins, so that no two runs make the same ids. */
  readonly firstNumber: number;
  readonly users: number;
}

/** Transactions per second. Statements are prepared once a connection: the raw limit should be as high as it can be. */
export async function pgbench(options: PgbenchRun): Promise<number> {
  const url = new URL(options.databaseUrl);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const args = [
    ['--no-vacuum', '--protocol=prepared', `--file=${options.script}`],
    [`--client=${options.clients}`, '--jobs=2', `--time=${options.seconds}`],
    ['-D', `i=${options.firstNumber}`, '-D', `users=${options.users}`],
    [url.href],
  ].flat();
  const { stdout, stderr } = await run(findPostgresProgram('pgbench'), args, {
    env: { ...process.env, PGPASSWORD: password },
    timeout: (options.seconds + 60) * 1000,
  });
  const [, tps] = /^tps = ([\d.]+)/m.exec(stdout) ?? [];
  if (tps === undefined || /aborted|ERROR/.test(stderr)) {
    throw new Error(
      `pgbench could not run the transaction: ${stderr.trim().split('\n').slice(0, 3).join(' ')}`,
    );
  }
  return Number(tps);
}
