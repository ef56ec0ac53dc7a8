import { causeOfDeath } from '@shotloom/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('causeOfDeath', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shotloom-logs-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    [
      'the last entry that is an error',
      '{"level":"fatal","msg":"an earlier run"}\n{"level":"fatal","msg":"could not start: PORT is taken"}\n{"level":"info","msg":"bye"}\n',
      'could not start: PORT is taken',
    ],
    [
      'an uncaught error',
      'Error: Cannot find module x\n  at y\n\nNode.js v24',
      'Error: Cannot find module x',
    ],
    ['the last line where nothing looks like an error', 'one\ntwo\n', 'two'],
  ])('is %s', async (_what, log, cause) => {
    const file = join(folder, 'a.log');
    await writeFile(file, log);
    expect(await causeOfDeath(file)).toBe(cause);
  });
});
