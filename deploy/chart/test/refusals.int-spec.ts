import { refusal } from '../src/render';

const queue = { autoscaling: { by: 'lag' } };
const monitoringFrom = [{ podSelector: { matchLabels: { a: 'b' } } }];
const keda = { keda: { enabled: true }, networkPolicy: { monitoringFrom } };

/** What the values say, and a part of the sentence that comes back. */
const CONTRADICTIONS: readonly (readonly [string, object, RegExp])[] = [
  ['a typo at the top', { gatway: {} }, /gatway/],
  ['a typo in a provider', { providers: { kling: { enbled: true } } }, /enbled/],
  ['a provider that there is not', { providers: { klnig: { enabled: true } } }, /klnig/],
  ['a typo deep in a service', { services: { gateway: { autoscaling: { bye: 'cpu' } } } }, /bye/],
  ['KEDA and HPA on the same', { services: { gateway: { hpa: { enabled: true } } } }, /hpa/],
  ['two ways to scale', { services: { gateway: { autoscaling: { by: 'cpu,lag' } } } }, /by/],
  ['a tag that moves', { image: { tag: 'latest' } }, /tag/],
  ['a bundled image whose tag moves', { nats: { bundled: { image: 'nats:latest' } } }, /image/],
  ['a bundled image without a tag', { nats: { bundled: { image: 'nats' } } }, /image/],
  ['a number as text', { services: { gateway: { replicas: '2' } } }, /replicas/],
  ['an address that is none', { publicUrl: 'video.example.org' }, /publicUrl/],
  ['a password in an address of NATS', { nats: { external: { url: 'nats://a:b@c:4222' } } }, /url/],
  ['both kinds of Postgres', { postgres: { external: { host: 'db' } } }, /postgres.mode is bundled and/],
  ['no Postgres', { postgres: { mode: 'external' } }, /set postgres.external.host/],
  [
    'an external Postgres that nobody may prepare',
    { postgres: { mode: 'external', external: { host: 'db' } } },
    /postgres.adminSecret.existing/,
  ],
  [
    'roles whose passwords nobody knows',
    { postgres: { roles: { create: false } } },
    /postgres.roles.existingSecret/,
  ],
  ['both kinds of NATS', { nats: { external: { url: 'nats://n:4222' } } }, /nats.mode is bundled and/],
  ['no NATS', { nats: { mode: 'external' } }, /set nats.external.url/],
  [
    'an external NATS without users',
    { nats: { mode: 'external', external: { url: 'nats://n:4222' } } },
    /nats.users.existingSecret/,
  ],
  [
    'both kinds of store',
    { objectStore: { external: { endpoint: 'https://s3' } } },
    /objectStore.mode is files and/,
  ],
  ['no store', { objectStore: { mode: 'external' } }, /set objectStore.external.endpoint/],
  ['links that lead nowhere', { objectStore: { mode: 'bundled' } }, /objectStore.publicEndpoint/],
  [
    'more connections than there are',
    { services: { gateway: { replicas: 20 } } },
    /may open \d+ connections/,
  ],
  [
    'more connections than there are, when scaled',
    { services: { 'job-orchestrator': { autoscaling: { by: 'cpu', max: 12 } } } },
    /may open \d+ connections/,
  ],
  ['queues without KEDA', { services: { storage: queue } }, /set keda.enabled=true/],
  ['a queue that there is not', { ...keda, services: { gateway: queue } }, /gateway has no queue/],
  ['an engine scaled by lag', { ...keda, providers: { animatic: queue } }, /by attempts, never by lag/],
  [
    'a vendor scaled by attempts',
    {
      keda: { enabled: true, prometheus: 'http://p:9090' },
      networkPolicy: { monitoringFrom },
      providers: { kling: { enabled: true, autoscaling: { by: 'attempts' } } },
    },
    /scale it by lag/,
  ],
  [
    'attempts without Prometheus',
    { ...keda, providers: { animatic: { autoscaling: { by: 'attempts' } } } },
    /set keda.prometheus/,
  ],
  ['KEDA that may not read NATS', { keda: { enabled: true } }, /networkPolicy.monitoringFrom/],
  [
    'a service that sleeps',
    { ...keda, services: { storage: { autoscaling: { by: 'lag', min: 0 } } } },
    /storage.autoscaling.min must be 1/,
  ],
  [
    'a minimum above the maximum',
    { services: { gateway: { autoscaling: { min: 9, max: 3 } } } },
    /greater than max/,
  ],
  [
    'a secret in plain text',
    { services: { gateway: { env: { CREDENTIALS_KEYS_OLD: 'x' } } } },
    /looks like a secret/,
  ],
  ['a variable twice', { services: { gateway: { env: { DATABASE_POOL: '9' } } } }, /env sets DATABASE_POOL/],
  [
    'a variable twice, by a Secret',
    { services: { gateway: { secretEnv: [{ name: 'NATS_PASSWORD', secret: 'x', key: 'y' }] } } },
    /secretEnv sets NATS_PASSWORD/,
  ],
  [
    'a password in an address',
    { services: { gateway: { env: { SMTP_URL: 'smtp://me:mine@mail' } } } },
    /looks like a secret/,
  ],
  [
    'two doors',
    {
      ingress: { enabled: true, host: 'a' },
      gatewayApi: { enabled: true, hostnames: ['a'], parentRefs: [{ name: 'x' }] },
    },
    /two doors/,
  ],
  ['a door without a name', { ingress: { enabled: true } }, /ingress.host/],
  ['a route that hangs on nothing', { gatewayApi: { enabled: true } }, /gatewayApi.parentRefs/],
  ['mail from nobody', { mail: { existingSecret: 'x' } }, /mail.from/],
  ['no provider', { providers: { animatic: { enabled: false } } }, /No provider is on/],
  [
    'a test without its engine',
    { tests: { enabled: true }, providers: { animatic: { enabled: false }, kling: { enabled: true } } },
    /tests.enabled renders with animatic/,
  ],
  ['a pool without models', { gpuPools: [pool({ models: {} })] }, /gpuPools.big.models needs/],
  ['two pools of one name', { gpuPools: [pool({}), pool({})] }, /two pools named big/],
  ['a pool without a GPU', { gpuPools: [pool({ gpus: 0 })] }, /gpus/],
];

function pool(more: object): object {
  const models = { existingClaim: 'models' };
  return { name: 'big', provider: 'comfyui', gpus: 1, sharedMemory: '8Gi', models, ...more };
}

it.each(CONTRADICTIONS)('%s is refused with a sentence', (_, values, sentence) => {
  expect(refusal({ values })).toMatch(sentence);
});
