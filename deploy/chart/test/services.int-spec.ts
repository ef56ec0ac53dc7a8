import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, objectStoreConfigSchema } from '@shotloom/service-kit';
import { readKeyRing } from '@shotloom/sealing';
import { consumersFor, PROVIDERS } from '@shotloom/contracts';
import { z } from 'zod';
import { configSchema as gatewaySchema } from '../../../services/gateway/src/config';
import { configSchema as orchestratorSchema } from '../../../services/job-orchestrator/src/config';
import { configSchema as notifierSchema } from '../../../services/notifier/src/config';
import { configSchema as animaticSchema } from '../../../services/provider-animatic/src/config';
import { configSchema as klingSchema } from '../../../services/provider-kling/src/config';
import { configSchema as soraSchema } from '../../../services/provider-sora/src/config';
import { configSchema as storageSchema } from '../../../services/storage/src/config';
import { configSchema as webhooksSchema } from '../../../services/webhooks/src/config';
import { servicesFor } from '../../local/src/services';
import { containersOf, podOf, podsOf, type Container } from '../src/pods';
import { rendering } from '../src/render-cache';
import { ROOT } from '../src/tools';

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  gateway: gatewaySchema,
  'job-orchestrator': orchestratorSchema,
  notifier: notifierSchema,
  storage: storageSchema,
  webhooks: webhooksSchema,
  'provider-animatic': z.intersection(animaticSchema, objectStoreConfigSchema),
  'provider-kling': z.intersection(klingSchema, objectStoreConfigSchema),
  'provider-sora': z.intersection(soraSchema, objectStoreConfigSchema),
};

const oldKey = readKeyRing(Buffer.alloc(32, 9).toString('base64'), undefined).current;

/** What stands in for the operator's Secrets. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^(CREDENTIALS_KEY|AUTH_SIGNING_KEY)$/, Buffer.alloc(32, 7).toString('base64')],
  [/^CREDENTIALS_KEYS_OLD$/, `${oldKey.id}=${Buffer.alloc(32, 9).toString('base64')}`],
  [/^SMTP_URL$/, 'smtps://user:password@mail.example.org:465'],
  [/^STRIPE_SECRET_KEY$/, 'sk_test_123456789012345678901234'],
  [/^STRIPE_WEBHOOK_SECRET$/, 'whsec_123456789012345678901234'],
  [/./, 'p23456789012345678901234567890123456789'],
];

function environmentOf(container: Container): Record<string, string> {
  const entries = container.env.map(({ name, value }) => {
    const [, form = ''] = FORMS.find(([pattern]) => pattern.test(name)) ?? [];
    return [name, value ?? form] as const;
  });
  return Object.fromEntries(entries);
}

describe.each(['minimal', 'production', 'air-gapped', 'everything'])('the environment of %s', (name) => {
  const pods = podsOf(rendering({ environments: [name] })).filter(({ owner }) => owner.kind === 'Deployment');

  it.each(pods.filter(({ component }) => component in SCHEMAS).map((pod) => [pod.component, pod] as const))(
    'is one that %s takes',
    (component, pod) => {
      const [container] = pod.spec.containers;
      if (container === undefined) throw new Error('No container.');
      const schema = SCHEMAS[component] ?? z.never();
      expect(() => loadConfig(schema, environmentOf(container))).not.toThrow();
    },
  );
});

it('sets no variable that no code reads', () => {
  const text = ['services', 'libs'].map((folder) => sourcesIn(join(ROOT, folder))).join('\n');
  const platform =
    /^(NODE_|TZ$|MALLOC_|OTEL_|OIDC_COMPANY|POSTGRES_|PGDATA$|NATS_PASSWORD_|DATABASE_PASSWORD$|GATEWAY_URL$|SEED_SCRIPT$)/;
  const used = podsOf(rendering({ environments: ['everything'] })).flatMap(containersOf);
  const names = new Set(used.flatMap(({ env }) => env.map(({ name }) => name)));
  const unread = [...names].filter((name) => !platform.test(name) && !text.includes(name));
  expect(unread).toEqual([]);
});

function sourcesIn(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !['node_modules', 'dist', 'test'].includes(name))
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sourcesIn(path);
      return /(?<!spec)\.ts$/.test(entry.name) ? readFileSync(path, 'utf8') : '';
    })
    .join('\n');
}

it('starts files that the build makes', () => {
  const pods = podsOf(rendering({ environments: ['everything'] }));
  const scripts = pods.flatMap(containersOf).map(({ args }) => args[0] ?? '');
  const ours = new Set(
    scripts.filter((arg) => /^services\/provider-(?!turbo|comfy)|^services\/[^p]/.test(arg)),
  );
  expect(ours.size).toBeGreaterThan(15);
  for (const script of ours) {
    const source = join(ROOT, script.replace('/dist/', '/src/').replace(/\.js$/, '.ts'));
    expect([script, existsSync(source)]).toEqual([script, true]);
  }
});

it('has every service and provider that there is, and gives each what it needs', () => {
  const manifests = rendering({ environments: ['everything'] });
  for (const service of servicesFor(PROVIDERS.map(({ id }) => id))) {
    const { labels, spec } = podOf(manifests, service.name);
    const needs = Object.keys(labels).flatMap((label) => /^shotloom\.io\/needs-(.*)$/.exec(label)?.[1] ?? []);
    // The local runtime gives notifier a database that it does not read.
    const wanted = service.needs.filter((need) => service.name !== 'notifier' || need !== 'database');
    expect([service.name, needs.sort()]).toEqual([service.name, [...wanted].sort()]);
    const ports = spec.containers[0]?.ports.map(({ name }) => name);
    expect(ports?.includes('http') === true).toBe(service.hasPublicPort);
  }
});

it('migrates all that migrate, in the order of the local runtime', () => {
  const { spec } = podOf(rendering(), 'setup');
  const migrated = spec.initContainers.map(({ name }) => name).filter((name) => name.startsWith('migrate-'));
  const wanted = servicesFor([]).filter(({ migrates }) => migrates);
  expect(migrated).toEqual(wanted.map(({ name }) => `migrate-${name}`));
});

it('scales by durables that the topology makes, and engines by attempts', () => {
  const manifests = rendering({ environments: ['everything'] });
  const providers = [...PROVIDERS.map(({ id }) => id), 'turbodiffusion', 'comfyui'];
  const durables = new Set(consumersFor(providers).map(({ stream, durable }) => `${stream}/${durable}`));
  const engines = /animatic|turbodiffusion|comfyui/;
  const scaled = manifests.filter(({ kind }) => kind === 'ScaledObject');
  expect(scaled.length).toBeGreaterThan(10);
  for (const { metadata, ...rest } of scaled) {
    const spec = rest['spec'] as {
      fallback: { replicas: number };
      maxReplicaCount: number;
      triggers: { type: string; metadata: Record<string, string> }[];
    };
    for (const { type, metadata: trigger } of spec.triggers) {
      expect([metadata.name, type]).toEqual([
        metadata.name,
        engines.test(metadata.name) ? 'prometheus' : 'nats-jetstream',
      ]);
      if (type === 'prometheus') continue;
      expect(durables).toContain(`${trigger['stream']}/${trigger['consumer']}`);
      expect(trigger['activationLagThreshold']).toBe('0');
    }
    expect(spec.fallback.replicas).toBeGreaterThan(0);
    expect(spec.fallback.replicas).toBeLessThanOrEqual(spec.maxReplicaCount);
  }
});

it('gives a GPU pool its cards, its models and its shared memory', () => {
  const manifests = rendering({ environments: ['gpu'] });
  const { spec } = podOf(manifests, 'provider-turbodiffusion-big');
  expect(spec.containers[0]?.['resources']).toMatchObject({
    limits: { 'nvidia.com/gpu': 1, memory: '64Gi' },
  });
  expect(spec['nodeSelector']).toEqual({ 'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3' });
  expect(spec['tolerations']).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
  expect(spec.volumes).toEqual(
    expect.arrayContaining([
      { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '16Gi' } },
      { name: 'models', persistentVolumeClaim: { claimName: 'turbodiffusion-models' } },
    ]),
  );
  expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(120);
  expect(podOf(manifests, 'provider-turbodiffusion-quantized').spec['nodeSelector']).not.toEqual(
    spec['nodeSelector'],
  );
  expect(podOf(manifests, 'provider-comfyui-comfy').spec.volumes).toEqual(
    expect.arrayContaining([{ name: 'models', persistentVolumeClaim: { claimName: 'demo-comfy-models' } }]),
  );
});
