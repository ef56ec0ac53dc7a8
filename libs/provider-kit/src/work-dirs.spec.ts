import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WorkDirs } from './work-dirs';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'work-dirs-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

it('makes a folder of its own for each attempt, open to nobody else', async () => {
  const dirs = await WorkDirs.open('drawer', base);
  const [one, two] = [await dirs.create('a'), await dirs.create('a')];
  expect(one).not.toBe(two);
  expect(existsSync(one) && existsSync(two)).toBe(true);
});

it('keeps what living processes have, and sweeps what dead ones left, also under a pid that is used again', async () => {
  const mine = await (await WorkDirs.open('drawer', base)).create('a');
  const root = dirname(dirname(mine));
  mkdirSync(join(root, `${process.pid}-1`));
  mkdirSync(join(root, '4194305-77', 'attempt'), { recursive: true });
  await WorkDirs.open('drawer', base);
  expect(existsSync(mine)).toBe(true);
  expect(readdirSync(root)).toHaveLength(1);
});

it('does not let an attempt id lead out of it', async () => {
  const dirs = await WorkDirs.open('drawer', base);
  expect((await dirs.create('../../x')).startsWith(base)).toBe(true);
});
