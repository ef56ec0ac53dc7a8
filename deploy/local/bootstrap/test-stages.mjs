import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectEnv, ROOT } from './paths.mjs';

/** A check that passes or fails as a whole. */
export async function runCheck(command, args) {
  const ok = (await run(command, args)) === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

/**
 * One tier of tests. Counts come from Jest's own report; a file that cannot even be loaded counts as one failure, and so
 * does a run that ended badly although no test failed.
 */
export async function runJest(tier, more) {
  const folder = mkdtempSync(join(tmpdir(), 'shotloom-jest-'));
  const report = join(folder, 'report.json');
  try {
    const args = ['--selectProjects', tier, '--json', `--outputFile=${report}`, '--silent=false', ...more];
    const code = await run('jest', args, { stdout: 'ignore' });
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
  } catch (error) {
    console.error(`Jest left no report: ${error.message}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends with the exit code. Ctrl-C reaches the child by the terminal; we wait for it, so that it can clean up. */
function run(command, args, { stdout = 'inherit' } = {}) {
  const env = projectEnv({
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    TZ: 'UTC',
    ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
  });
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', stdout, 'inherit'] });
  const wait = () => undefined;
  process.on('SIGINT', wait);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  }).finally(() => process.off('SIGINT', wait));
}
