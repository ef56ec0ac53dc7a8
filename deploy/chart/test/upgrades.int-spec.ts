import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeCluster } from '../src/fake-cluster';
import { render, type Manifest } from '../src/render';
import { rendering, secretsOf } from '../src/render-cache';
import { CHART } from '../src/tools';

const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/]{43}=$/;

describe('secrets that the chart makes', () => {
  let cluster: FakeCluster;
  let first: Manifest[];

  beforeAll(async () => {
    cluster = await FakeCluster.start();
    first = await cluster.render();
  });
  afterAll(() => cluster.stop());

  it('are long, random, and of the form that their readers want', () => {
    const secrets = secretsOf(first);
    expect(secrets.get('demo-keys')).toEqual({
      CALLBACK_SECRET: expect.stringMatching(/^\w{48}$/) as string,
      OBJECT_STORE_SIGNING_SECRET: expect.stringMatching(/^\w{48}$/) as string,
      CREDENTIALS_KEY: expect.stringMatching(BASE64_OF_32_BYTES) as string,
      AUTH_SIGNING_KEY: expect.stringMatching(BASE64_OF_32_BYTES) as string,
    });
    // The server reads what begins with a digit as a number.
    for (const password of Object.values(secrets.get('demo-nats-users') ?? {})) {
      expect(password).toMatch(/^p\w{31}$/);
    }
    const all = [...secrets.values()].flatMap((data) => Object.values(data));
    expect(new Set(all).size).toBe(all.length);
  });

  it('are kept by an upgrade', async () => {
    cluster.has(first);
    const second = await cluster.render('--is-upgrade', '--set', 'image.tag=9.9.9');
    expect(secretsOf(second)).toEqual(secretsOf(first));
  });

  it('are kept when a provider is added, which gets a password of its own', async () => {
    cluster.has(first);
    const second = secretsOf(await cluster.render('--is-upgrade', '--set', 'providers.kling.enabled=true'));
    const before = secretsOf(first).get('demo-nats-users');
    expect(second.get('demo-nats-users')).toEqual({
      ...before,
      'provider-kling': expect.stringMatching(/^p\w{31}$/) as string,
    });
  });

  it('are not made anew when an upgrade does not find them: it stops and says why', async () => {
    cluster.has(first.filter(({ metadata }) => metadata.name !== 'demo-keys'));
    await expect(cluster.render('--is-upgrade')).rejects.toThrow(/Secret demo-keys.*restore it/);
    const made = await cluster.render('--is-upgrade', '--set', 'keys.allowRegenerate=true');
    expect(secretsOf(made).get('demo-keys')).not.toEqual(secretsOf(first).get('demo-keys'));
  });

  it('are made anew by each rendering without a cluster, which is why GitOps brings its own', () => {
    const values = { keys: { existingSecret: 'mine' } };
    expect(secretsOf(render()).get('demo-keys')).not.toEqual(secretsOf(render()).get('demo-keys'));
    expect(secretsOf(render({ values })).has('demo-keys')).toBe(false);
  });

  it('outlive an uninstall', () => {
    for (const secret of first.filter(({ kind }) => kind === 'Secret')) {
      expect(secret.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
    }
  });
});

/** What the API refuses to change in a resource that is there. */
const FIXED: Readonly<Record<string, (spec: Record<string, unknown>) => unknown>> = {
  Deployment: ({ selector }) => selector,
  StatefulSet: ({ selector, serviceName, volumeClaimTemplates }) => ({
    ...{ selector, serviceName, volumeClaimTemplates },
  }),
  PersistentVolumeClaim: (spec) => spec,
  PodDisruptionBudget: ({ selector }) => selector,
};

function fixedOf(manifests: readonly Manifest[]): Map<string, unknown> {
  const fixed = manifests.flatMap((manifest) => {
    const read = FIXED[manifest.kind];
    const key = `${manifest.kind}/${manifest.metadata.name}`;
    return read === undefined ? [] : [[key, read(manifest['spec'] as Record<string, unknown>)] as const];
  });
  return new Map(fixed);
}

describe('an upgrade', () => {
  const before = rendering({ environments: ['everything'] });
  const folder = mkdtempSync(join(tmpdir(), 'shotloom-next-chart-'));
  const next = join(folder, 'shotloom');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('to another version of the chart changes nothing that cannot be changed', () => {
    cpSync(CHART, next, { recursive: true });
    const chart = readFileSync(join(next, 'Chart.yaml'), 'utf8');
    writeFileSync(join(next, 'Chart.yaml'), chart.replaceAll(/ersion: \d+\.\d+\.\d+$/gm, 'ersion: 7.8.9'));
    const after = render({ environments: ['everything'], chart: next });
    expect(JSON.stringify(after)).toContain('7.8.9');
    expect(fixedOf(after)).toEqual(fixedOf(before));
  });

  it('to other values changes nothing that cannot be changed', () => {
    const values = {
      image: { tag: '9.9.9', registry: 'registry.example.org' },
      podLabels: { more: 'label' },
      logLevel: 'debug',
      services: { gateway: { autoscaling: { by: 'none' }, replicas: 4 }, storage: { databasePool: 6 } },
      workers: { shutdownSeconds: 90 },
    };
    const after = fixedOf(render({ environments: ['everything'], values }));
    for (const [key, fixed] of fixedOf(before))
      if (after.has(key)) expect([key, after.get(key)]).toEqual([key, fixed]);
    expect(after.size).toBeGreaterThan(20);
  });

  it('has a setup job of its own, and the same again where nothing is new', () => {
    const nameOf = (manifests: readonly Manifest[]): string =>
      manifests.find(({ kind, metadata }) => kind === 'Job' && metadata.name.includes('-setup-'))?.metadata
        .name ?? '';
    expect(nameOf(render())).toBe(nameOf(render()));
    expect(nameOf(render({ values: { image: { tag: '9.9.9' } } }))).not.toBe(nameOf(render()));
  });

  it('migrates before its pods come, in a hook that needs nothing which is new', () => {
    const hook = before.find(({ metadata }) => metadata.name === 'demo-expand');
    expect(hook?.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-upgrade' });
    const job = before.find(({ metadata }) => metadata.name.startsWith('demo-setup-'));
    expect(hook?.['spec']).toEqual(job?.['spec']);
    const without = render({ values: { setup: { preUpgradeHook: false } } });
    expect(without.some(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === 'pre-upgrade')).toBe(
      false,
    );
  });

  it('after a restore makes the streams anew in that hook, as the owner of all schemas, and in no other job', () => {
    const restored = render({ values: { setup: { afterRestore: true } } });
    const stepOf = (name: (text: string) => boolean): string => {
      const job = restored.find(({ kind, metadata }) => kind === 'Job' && name(metadata.name));
      const spec = job?.['spec'] as { template: { spec: { containers: unknown[] } } } | undefined;
      return JSON.stringify(spec?.template.spec.containers);
    };
    const hook = stepOf((name) => name.endsWith('-expand'));
    expect(hook).toContain('after-restore');
    expect(hook).toContain('shotloom_owner');
    expect(stepOf((name) => name.includes('-setup-'))).not.toContain('after-restore');
    const values = { setup: { afterRestore: true, preUpgradeHook: false } };
    expect(() => render({ values })).toThrow(/setup.preUpgradeHook/);
  });
});
