import { existsSync } from 'node:fs';
import type { RuntimeInfo } from '@shotloom/testing';
import { listenForRequests } from './control';
import { openDataFolder, type DataFolder } from './data-folder';
import { renderDemoFilm } from './demo-film';
import { openDemoUser } from './demo-user';
import { watchDisk } from './disk-watch';
import { untilAskedToEnd } from './ending';
import type { Options } from './options';
import { Platform } from './platform';
import { describeRuntime } from './report';
import { cleanUpAfterCrash, findRunning, removeRuntimeFile, writeRuntimeFile } from './runtime-file';
import { openSecrets, type DemoUser } from './secrets';
import type { Voice } from './terminal';

/** Starts everything, proves it, stays until it is asked to end, and ends everything. Returns the exit code. */
export async function startCommand(options: Options, voice: Voice): Promise<number> {
  const folder = await openDataFolder(options.dataDir);
  const running = await findRunning(folder);
  if (running !== undefined) {
    throw new Error(`It already runs at ${running.gatewayUrl}; \`npm run stop\` ends it.`);
  }
  const left = await cleanUpAfterCrash(folder);
  if (left.length > 0) voice.say(`Ended what an earlier run left behind: ${left.join(', ')}.`);
  const ending = untilAskedToEnd(options.detach);
  const session = await openSession(options, folder, voice);
  const up = session.bringUp(ending.begun);
  try {
    await Promise.race([up, ending.asked]);
    await ending.asked;
    voice.say('\nStopping ...');
    return 0;
  } finally {
    await session.close(ending.hurry);
    await up.catch(() => undefined);
  }
}

interface Session {
  bringUp(signal: AbortSignal): Promise<void>;
  close(hurry: AbortSignal): Promise<void>;
}

async function openSession(options: Options, folder: DataFolder, voice: Voice): Promise<Session> {
  const secrets = await openSecrets(folder.secretsFile);
  const startedAt = new Date().toISOString();
  let user: DemoUser | undefined;
  /** Undefined until the key is known: other programs wait for the file, so it is written only when it is whole. */
  const info = (): RuntimeInfo | undefined =>
    user === undefined ? undefined : { startedAt, ...user, ...platform.describe() };
  let writing: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    const now = info();
    if (now !== undefined) writing = writing.then(() => writeRuntimeFile(folder, now));
    return writing;
  };
  const platform = new Platform(options, folder, secrets, { say: voice.say, changed: () => void save() });
  const stopWatching = watchDisk(folder.root, voice.say);
  return {
    bringUp: async (signal) => {
      voice.say('Starting Postgres, NATS and the services ...');
      await platform.start();
      user = await openDemoUser({
        folder,
        secrets,
        gatewayUrl: platform.describe().gatewayUrl,
        seed: (presentKey) => platform.seed(presentKey),
      });
      await save();
      listenForRequests(platform, voice.tell);
      const wanted =
        // The built-in engine draws it: a vendor's film would cost money.
        options.providers.includes('animatic') &&
        (options.demo === 'always' || (options.demo === 'once' && !existsSync(folder.demo)));
      const film = wanted
        ? await renderDemoFilm(
            { url: platform.describe().gatewayUrl, apiKey: user.apiKey },
            { folder: folder.demo, voice, signal },
          )
        : undefined;
      const ready = info();
      if (ready !== undefined) voice.say(describeRuntime(ready, film, options.detach));
      voice.tell({ type: 'ready' });
    },
    close: async (hurry) => {
      stopWatching();
      user = undefined;
      await platform.stop(hurry);
      await writing;
      await removeRuntimeFile(folder);
    },
  };
}
