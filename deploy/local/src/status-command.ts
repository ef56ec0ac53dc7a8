import { describeDataFolder } from './data-folder';
import type { Options } from './options';
import { findRunning } from './runtime-file';
import type { Voice } from './terminal';

/** Says what runs and whether it is ready. The exit code is 0 only when everything is, as scripts expect. */
export async function statusCommand(options: Options, voice: Voice): Promise<number> {
  const running = await findRunning(describeDataFolder(options.dataDir));
  if (running === undefined) {
    voice.say('Nothing runs here; `npm start` starts it.');
    return 3;
  }
  const states = await Promise.all(
    Object.entries(running.internalUrls).map(async ([name, url]) => ({ name, state: await readiness(url) })),
  );
  voice.say(`Running since ${running.startedAt} at ${running.gatewayUrl}`);
  for (const { name, state } of states) {
    voice.say(`  ${name.padEnd(24)} ${state.padEnd(12)} pid ${running.pids[name] ?? '-'}`);
  }
  return states.every(({ state }) => state === 'ready') ? 0 : 1;
}

async function readiness(url: string): Promise<'ready' | 'not ready' | 'dead'> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    return response.ok ? 'ready' : 'not ready';
  } catch {
    return 'dead';
  }
}
