import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { RuntimeInfo } from '@shotloom/testing';

const ROOT = resolve(__dirname, '..', '..');

export interface OpsResult {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** `npm run ops -- ...` for a platform of this machine, as an operator types it. */
export function ops(
  { dataDir }: Pick<RuntimeInfo, 'dataDir'>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<OpsResult> {
  const all = { ...process.env, ...env, SHOTLOOM_DATA_DIR: dataDir, NODE_OPTIONS: '' };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(ROOT, 'tools', 'ops.mjs'), ...args],
      { cwd: ROOT, env: all },
      (failure, out, error) => {
        const code = failure === null ? 0 : Number(failure.code ?? -1);
        done({ code, out, error });
      },
    );
  });
}
