import { startChild, waitFor } from '@shotloom/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SupervisedUnit, type UnitDefinition } from './supervised-unit';

describe('a supervised process', () => {
  let folder: string;
  let said: string[];
  let unit: SupervisedUnit;

  const supervise = (keepAlive: boolean, launch?: UnitDefinition['launch']): SupervisedUnit =>
    new SupervisedUnit(
      {
        name: 'sleeper',
        logFile: join(folder, 'sleeper.log'),
        launch:
          launch ??
          (() => startChild({ command: 'sleep', args: ['600'], logFile: join(folder, 'sleeper.log') })),
      },
      { say: (text) => said.push(text), changed: () => undefined },
      keepAlive,
      1,
    );
  const kill = (): number => {
    const { pid } = unit;
    if (pid === undefined) throw new Error('It does not run.');
    process.kill(pid, 'SIGKILL');
    return pid;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shotloom-unit-'));
    said = [];
  });
  afterEach(async () => {
    await unit.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is started again when it is killed, and says so in one sentence', async () => {
    unit = supervise(true);
    await unit.start();
    const first = kill();
    await waitFor(() => unit.pid !== undefined && unit.pid !== first, { what: 'another process' });
    expect(said[0]).toMatch(/^sleeper ended by SIGKILL and is started again; see .*sleeper\.log\.$/);
  });

  it('stays dead without supervision until it is asked to start', async () => {
    unit = supervise(false);
    await unit.start();
    const first = kill();
    await waitFor(() => unit.pid === undefined && said.length > 0, { what: 'its death' });
    await unit.restart();
    expect(unit.pid).toBeDefined();
    expect(unit.pid).not.toBe(first);
  });

  it('is not started again once it was stopped', async () => {
    let launches = 0;
    unit = supervise(true, () => {
      launches += 1;
      if (launches > 1) return Promise.reject(new Error('it cannot start'));
      return startChild({ command: 'sleep', args: ['600'], logFile: join(folder, 'sleeper.log') });
    });
    await unit.start();
    kill();
    await waitFor(() => said.includes('it cannot start'), { what: 'a failed restart' });
    await unit.stop();
    const before = launches;
    // That something does not happen can only be seen by waiting: many times the pause between two tries.
    await delay(100);
    expect(launches).toBe(before);
  });
});
