import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

jest.setTimeout(120_000);

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../../..');
const env = { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false' };
let folder: string;
let written: { path: string; content: string }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shotloom-generated-'));
  const { stdout } = await run(process.execPath, [join(__dirname, 'generate.ts'), ROOT], { env, cwd: ROOT });
  written = JSON.parse(stdout) as typeof written;
  for (const { path, content } of written) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('makes whole projects, each with its tags and its README', () => {
  const paths = written.map((file) => file.path);
  const roots = [
    ...['libs/made-by-test', 'services/made-service'],
    ...['services/provider-made', 'services/provider-made-elsewhere'],
  ];
  for (const root of roots) {
    expect(paths).toEqual(expect.arrayContaining([`${root}/package.json`, `${root}/README.md`]));
    const manifest = JSON.parse(
      written.find((file) => file.path === `${root}/package.json`)?.content ?? '{}',
    ) as { nx: { tags: string[] } };
    expect(manifest.nx.tags.map((tag) => tag.split(':')[0])).toEqual(['type', 'scope']);
  }
});

it('makes code that the compiler takes as it is', async () => {
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    include: [join(folder, 'libs'), join(folder, 'services')],
    compilerOptions: { typeRoots: [join(ROOT, 'node_modules/@types')] },
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const checked = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    env,
  }).catch((error: { stdout: string }) => error);
  expect(checked.stdout).toBe('');
});

it('makes code that is formatted as all the rest', async () => {
  const files = written.map((file) => join(folder, file.path));
  const options = ['--config', join(ROOT, '.prettierrc.json'), '--check', ...files];
  await run(process.execPath, [join(ROOT, 'node_modules/prettier/bin/prettier.cjs'), ...options], { env });
});
