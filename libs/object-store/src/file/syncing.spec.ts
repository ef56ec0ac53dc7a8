import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Syncing } from './syncing';

describe('syncing folders', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shotloom-syncing-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives those who come during a round one round after it, and never the running one', async () => {
    const syncing = new Syncing(true);
    const first = syncing.folder(folder);
    const [second, third] = [syncing.folder(folder), syncing.folder(folder)];
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    const ended: string[] = [];
    await Promise.all([first.then(() => ended.push('first')), second.then(() => ended.push('second'))]);
    expect(ended).toEqual(['first', 'second']);
    expect(syncing.folder(folder)).not.toBe(second);
  });

  it('tells everybody that a folder is not there, and syncs it once it is', async () => {
    const syncing = new Syncing(true);
    const missing = join(folder, 'missing');
    const [first, second] = [syncing.folder(missing), syncing.folder(missing)];
    await expect(first).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(second).rejects.toMatchObject({ code: 'ENOENT' });
    await mkdir(missing);
    await expect(syncing.folder(missing)).resolves.toBeUndefined();
  });

  it('touches nothing where it is not wanted', async () => {
    await expect(new Syncing(false).folder(join(folder, 'missing'))).resolves.toBeUndefined();
  });
});
