import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadPlan, LoadResult } from './load-plan';

const GRACE_SECONDS = 30;

/** Runs the load in a process of its own, so that its work does not pass for the platform's. */
export function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const child = fork(join(__dirname, 'load-worker.js'), [JSON.stringify(plan)], { execArgv: [] });
  const limit = (plan.warmUpSeconds + plan.seconds + GRACE_SECONDS) * 1000;
  const timer = setTimeout(() => child.kill('SIGKILL'), limit);
  return new Promise<LoadResult>((resolve, reject) => {
    child.once('message', (result: LoadResult) => resolve(result));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`The load process ended with ${code ?? signal}.`)));
  })
    .then(complete)
    .finally(() => clearTimeout(timer));
}

/** A figure over answers that were refused would be a figure of something else. */
function complete(result: LoadResult): LoadResult {
  if (result.firstRefusal === null) return result;
  throw new Error(`Requests were refused (${JSON.stringify(result.refused)}): ${result.firstRefusal}`);
}
