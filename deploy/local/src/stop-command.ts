import { isOurs, waitFor } from '@shotloom/testing';
import { describeDataFolder } from './data-folder';
import type { Options } from './options';
import { cleanUpAfterCrash, findRunning } from './runtime-file';
import type { Voice } from './terminal';

const STOP_MS = 60_000;

/** Ends the runtime of this data folder and waits until it is gone; also cleans up after one that was killed. */
export async function stopCommand(options: Options, voice: Voice): Promise<number> {
  const folder = describeDataFolder(options.dataDir);
  const running = await findRunning(folder);
  const pid = running?.pids['runtime'];
  if (pid === undefined) {
    const left = await cleanUpAfterCrash(folder);
    voice.say(left.length === 0 ? 'Nothing runs here.' : `Ended what was left behind: ${left.join(', ')}.`);
    return 0;
  }
  process.kill(pid, 'SIGTERM');
  await waitFor(async () => !(await isOurs(pid, 'main.js')), {
    what: 'the runtime to end',
    timeoutMs: STOP_MS,
    intervalMs: 50,
  });
  voice.say('Stopped; the data stays.');
  return 0;
}
