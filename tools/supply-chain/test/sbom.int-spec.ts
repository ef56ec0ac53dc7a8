import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { z } from 'zod';

const PROGRAM = resolve(__dirname, '../sbom.mjs');
const ROOT = resolve(__dirname, '../../..');
const sbomSchema = z.looseObject({
  metadata: z.looseObject({
    component: z.looseObject({ name: z.string(), type: z.string(), version: z.string() }),
  }),
  components: z.array(z.looseObject({ name: z.string(), 'bom-ref': z.string(), purl: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sbom-'));
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, '--out', folder], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (service: string): string => readFileSync(join(folder, `${service}.cdx.json`), 'utf8');
const sbomOf = (service: string): z.infer<typeof sbomSchema> => sbomSchema.parse(JSON.parse(fileOf(service)));
const namesIn = (service: string): string[] => sbomOf(service).components.map(({ name }) => name);

it('is there for everything that becomes an image', () => {
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'docker/build.mjs'), '--matrix'], {
    encoding: 'utf8',
  });
  const { include } = z
    .object({ include: z.array(z.object({ service: z.string() })) })
    .parse(JSON.parse(stdout));
  const files = include.map(({ service }) => `${service}.cdx.json`);
  expect(readdirSync(folder).sort()).toEqual(files.sort());
});

it('is valid CycloneDX 1.5, each of them', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
  const problemsOf = async (text: string): Promise<unknown> => validator.validate(text);
  for (const file of readdirSync(folder)) {
    const problems = await problemsOf(readFileSync(join(folder, file), 'utf8'));
    expect({ file, problems }).toEqual({ file, problems: null });
  }
  const wrong = '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{}]}';
  expect(await problemsOf(wrong)).not.toBeNull();
});

it('describes the service, and names nothing that is not in the list', () => {
  const { metadata, components, dependencies } = sbomOf('storage');
  expect(metadata.component).toMatchObject({ name: '@shotloom/storage', type: 'application' });
  const refs = new Set([
    ...components.map((one) => one['bom-ref']),
    `@shotloom/storage@${metadata.component.version}`,
  ]);
  for (const { ref, dependsOn } of dependencies) {
    expect([ref, ...dependsOn].filter((one) => !refs.has(one))).toEqual([]);
  }
});

it('has what a service declares, what our libraries bring, and no tools', () => {
  expect(namesIn('gateway')).toEqual(
    expect.arrayContaining(['stripe', 'openid-client', '@shotloom/bus', '@nats-io/nats-core']),
  );
  expect(namesIn('gateway')).toEqual(expect.arrayContaining(['@shotloom/console', 'react-dom']));
  expect(namesIn('notifier')).not.toContain('stripe');
  for (const tool of ['jest', 'eslint', 'typescript', 'smtp-server', 'oidc-provider']) {
    expect(namesIn('gateway')).not.toContain(tool);
  }
});

it('leaves out what images leave out', () => {
  expect(readFileSync(join(ROOT, 'docker/Dockerfile'), 'utf8')).toContain(
    'rm -rf node_modules/@ffmpeg-installer node_modules/@ffprobe-installer',
  );
  expect(readFileSync(join(ROOT, 'docker/collect.mjs'), 'utf8')).toContain('\\/node_modules\\/typescript$');
  expect(namesIn('storage').filter((name) => /-installer/.test(name))).toEqual([]);
});

it('refuses a service that there is not', () => {
  const out = join(folder, 'none');
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'gatewya', '--out', out], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('Unknown service gatewya');
  expect(existsSync(out)).toBe(false);
});
