import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import {
  applyTopology,
  connectBus,
  presentStreams,
  remakeStreams,
  verifyTopology,
  type Bus,
  type Topology,
} from '@shotloom/bus';
import * as contracts from '@shotloom/contracts';
import { consumersFor, jobChangedV1, PROVIDERS, STREAMS, subjects, type JobState } from '@shotloom/contracts';
import { silentLogger, waitFor } from '@shotloom/testing';
import { rendering } from '../src/render-cache';
import { ROOT } from '../src/tools';
import { startRenderedNats, type RenderedNats } from '../src/rendered-nats';

const providers = PROVIDERS.map(({ id }) => id);
const values = {
  providers: Object.fromEntries(providers.map((id) => [id, { enabled: true }])),
  postgres: { maxConnections: 400 },
};
const topology: Topology = { streams: Object.values(STREAMS), consumers: [...consumersFor(providers)] };

const JOB: JobState = {
  ...{ jobId: 'job', accountId: 'account', ownerUserId: 'user', type: 'video', version: 1 },
  ...{ provider: 'animatic', model: 'animatic:motion', status: 'queued', stage: null, conditions: [] },
  ...{ progress: 0, progressEstimated: false, error: null, output: null, lateAssetId: null, notes: [] },
  ...{ creditsHeld: 0, creditsCaptured: 0, changedAt: new Date().toISOString() },
};

let nats: RenderedNats;
const open: NatsConnection[] = [];
const buses: Bus[] = [];

beforeAll(async () => {
  nats = await startRenderedNats(rendering({ values }));
});
afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.drain()));
  await Promise.all(open.map((connection) => connection.close()));
  await nats.stop();
});

async function busOf(user: string): Promise<Bus> {
  const password = nats.passwords[user] ?? '';
  const bus = await connectBus({ url: nats.url, name: user, logger: silentLogger(), user, password });
  buses.push(bus);
  return bus;
}

interface Client {
  readonly connection: NatsConnection;
  /** What the server refused, by its words. */
  readonly refused: string[];
}
const clients = new Map<string, Promise<Client>>();

/** A client that keeps no rules of ours: what an attacker with the password of one service has. */
function clientOf(user: string): Promise<Client> {
  const known = clients.get(user) ?? openClient(user, nats.passwords[user] ?? '');
  clients.set(user, known);
  return known;
}

async function openClient(user: string, pass: string): Promise<Client> {
  const inboxPrefix = `_INBOX_${user}`;
  const connection = await connect({ servers: nats.url, user, pass, inboxPrefix, reconnect: false });
  open.push(connection);
  const refused: string[] = [];
  const follow = async (): Promise<void> => {
    for await (const event of connection.status()) {
      if (event.type === 'error') refused.push(event.error.message);
    }
  };
  void follow();
  return { connection, refused };
}

/** The server refuses before it answers the ping of a flush, and the client tells of it a turn later. */
async function wasRefused({ connection, refused }: Client, subject: string): Promise<boolean> {
  await connection.flush();
  await new Promise((turn) => setImmediate(turn));
  const found = refused.some((words) => words.includes(`"${subject}"`));
  refused.length = 0;
  return found;
}

async function mayPublish(client: Client, subject: string): Promise<boolean> {
  client.connection.publish(subject, '{}');
  return !(await wasRefused(client, subject));
}

async function maySubscribe(client: Client, subject: string): Promise<boolean> {
  const subscription = client.connection.subscribe(subject, { callback: () => undefined });
  const refused = await wasRefused(client, subject);
  if (!refused) subscription.unsubscribe();
  return !refused;
}

it('lets nobody in without a password', async () => {
  await expect(openClient('gateway', 'wrong')).rejects.toThrow(/[Aa]uthorization/);
  await expect(connect({ servers: nats.url, reconnect: false })).rejects.toThrow(/[Aa]uthorization/);
});

it('lets setup make all streams and durables, and the waiters see them', async () => {
  expect(await verifyTopology(await busOf('waiter'), topology)).not.toEqual([]);
  await applyTopology(await busOf('setup'), topology);
  expect(await verifyTopology(await busOf('waiter'), topology)).toEqual([]);
});

it('lets setup make the streams anew after a restore, and see that nobody reads them', async () => {
  const setup = await busOf('setup');
  expect((await presentStreams(setup, topology)).flatMap(({ read }) => read)).toEqual([]);
  expect(await remakeStreams(setup, topology)).toContain('JOBS');
  expect(await verifyTopology(await busOf('waiter'), topology)).toEqual([]);
});

it('lets waiters change nothing', async () => {
  const manager = await jetstreamManager((await clientOf('waiter')).connection, {
    checkAPI: false,
    timeout: 1_000,
  });
  await expect(manager.streams.delete('WORK')).rejects.toThrow();
  await expect(manager.streams.add({ name: 'MINE', subjects: ['mine'] })).rejects.toThrow();
});

/** Durables are named after the service that reads them, and those of a provider after it. */
const READERS = ['job-orchestrator', 'storage', 'webhooks'];
const ownerOf = (durable: string): string =>
  READERS.find((service) => durable.startsWith(`${service}-`)) ??
  `provider-${durable.replace(/-(submit|cancel|polls)$/, '')}`;

describe.each(consumersFor(providers).map((spec) => [spec.durable, spec] as const))(
  'durable %s',
  (_, spec) => {
    const owner = ownerOf(spec.durable);
    const needed = [
      `$JS.API.CONSUMER.MSG.NEXT.${spec.stream}.${spec.durable}`,
      `$JS.API.CONSUMER.INFO.${spec.stream}.${spec.durable}`,
      `$JS.ACK.${spec.stream}.${spec.durable}.1.1.1.1.1`,
      `$JS.API.CONSUMER.MSG.NEXT.ADVISORIES.rescue-${spec.stream}-${spec.durable}`,
      `dead.${spec.stream}.${spec.durable}`,
    ];

    it(`is of ${owner} alone`, async () => {
      const mine = await clientOf(owner);
      for (const subject of needed)
        expect([subject, await mayPublish(mine, subject)]).toEqual([subject, true]);
      const others = Object.keys(nats.passwords).filter((user) => user !== owner && user !== 'setup');
      const other = await clientOf(others[spec.durable.length % others.length] ?? '');
      const next = `$JS.API.CONSUMER.MSG.NEXT.${spec.stream}.${spec.durable}`;
      expect(await mayPublish(other, next)).toBe(false);
      const ack = `$JS.ACK.${spec.stream}.${spec.durable}.1.1.1.1.1`;
      expect(await mayPublish(other, ack)).toBe(false);
    });
  },
);

/** All questions that the contracts have, with the providers that are on. */
const questions = Object.values(contracts).flatMap((exported): string[] => {
  if (typeof exported === 'object' && 'subject' in exported && 'timeoutMs' in exported) {
    return [String(exported.subject)];
  }
  return [];
});
const ofProviders = providers.flatMap((id) => [
  contracts.providerCallbackRpc(id).subject,
  contracts.testConnectionRpc(id).subject,
  contracts.balanceRpc(id).subject,
  contracts.credentialSecretRpc(id).subject,
]);

describe.each([...questions, ...ofProviders])('%s', (subject) => {
  const [, service = '', provider = ''] = subject.split('.');
  const owner = service === 'provider' ? `provider-${provider}` : service;
  const engine = PROVIDERS.some(({ id, kind }) => id === provider && kind === 'lease');

  it('is answered by its owner, and by nobody else', async () => {
    for (const user of ['gateway', 'job-orchestrator', 'storage', 'notifier', 'webhooks', owner]) {
      const may = await maySubscribe(await clientOf(user), subject);
      expect([user, may]).toEqual([user, user === owner && !(service === 'provider' && engine)]);
    }
  });
});

const SOURCES: readonly (readonly [string, readonly string[]])[] = [
  ...['gateway', 'job-orchestrator', 'storage', 'notifier', 'webhooks'].map(
    (service) => [service, [`services/${service}/src`]] as const,
  ),
  ['provider-kling', ['libs/provider-kit/src/vendor-worker', 'services/provider-kling/src']],
  ['provider-animatic', ['libs/provider-kit/src', 'services/provider-animatic/src']],
];

it.each(SOURCES)('lets %s ask everything that its code asks', async (user, folders) => {
  const client = await clientOf(user);
  const refused: string[] = [];
  for (const subject of asksIn(folders, user)) {
    if (!(await mayPublish(client, subject))) refused.push(subject);
  }
  expect(refused).toEqual([]);
});

/** The subjects of `bus.request(<contract>` in these folders; those of one provider for the user's own. */
function asksIn(folders: readonly string[], user: string): string[] {
  const table = contracts as unknown as Record<string, unknown>;
  const provider = user.startsWith('provider-') ? user.slice('provider-'.length) : 'kling';
  return folders.flatMap(sourcesIn).flatMap((text) =>
    [...text.matchAll(/\brequest\(\s*(\w+Rpc)\b/g)].map(([, name = '']) => {
      const found = table[name];
      const contract: unknown =
        typeof found === 'function' ? (found as (id: string) => unknown)(provider) : found;
      if (typeof contract === 'object' && contract !== null && 'subject' in contract) {
        return String(contract.subject);
      }
      throw new Error(`${name} is no contract.`);
    }),
  );
}

/** Not what is below a folder of a kind of worker, which is looked at by itself. */
function sourcesIn(folder: string): string[] {
  const recursive = folder !== 'libs/provider-kit/src';
  return readdirSync(join(ROOT, folder), { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!spec)\.ts$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

it('gives the key of a vendor to that vendor’s worker only', async () => {
  const kling = await clientOf('provider-kling');
  expect(await mayPublish(kling, 'rpc.gateway.credential.kling')).toBe(true);
  expect(await mayPublish(kling, 'rpc.gateway.credential.hailuo')).toBe(false);
  expect(await mayPublish(await clientOf('storage'), 'rpc.gateway.credential.kling')).toBe(false);
  expect(await mayPublish(await clientOf('provider-animatic'), 'rpc.gateway.credential.animatic')).toBe(
    false,
  );
});

it('shows nobody what others are answered', async () => {
  const kling = await clientOf('provider-kling');
  for (const subject of ['_INBOX_provider-hailuo.>', '_INBOX_gateway.>', '_INBOX.>', '>', '$JS.ACK.>']) {
    expect([subject, await maySubscribe(kling, subject)]).toEqual([subject, false]);
  }
});

it.each([
  ['provider-kling', 'attempts.hailuo'],
  ['provider-kling', 'work.hailuo.submit'],
  ['provider-kling', 'jobs.somebody'],
  ['provider-kling', 'media.delete'],
  ['notifier', 'jobs.somebody'],
  ['notifier', 'rpc.job-orchestrator.accept'],
  ['notifier', '$JS.API.STREAM.DELETE.JOBS'],
  ['webhooks', 'rpc.job-orchestrator.accept'],
  ['webhooks', '$JS.API.STREAM.MSG.DELETE.JOBS'],
  ['storage', 'attempts.kling'],
  ['gateway', 'attempts.kling'],
  ['gateway', 'rpc.job-orchestrator.begin-submit'],
  ['job-orchestrator', '$JS.API.STREAM.DELETE.JOBS'],
  ['gateway', '$JS.API.STREAM.DELETE.JOBS'],
  ['setup', '$JS.API.STREAM.MSG.GET.JOBS'],
  ['setup', '$JS.API.CONSUMER.MSG.NEXT.WORK.kling-submit'],
  ['waiter', 'jobs.somebody'],
])('refuses %s %s', async (user, subject) => {
  expect(await mayPublish(await clientOf(user), subject)).toBe(false);
});

it('carries an event from its owner to who reads it, in order and by a durable', async () => {
  const [orchestrator, notifier, webhooks] = [
    await busOf('job-orchestrator'),
    await busOf('notifier'),
    await busOf('webhooks'),
  ];
  const seen: string[] = [];
  await notifier.readOrdered({
    stream: 'JOBS',
    filter: subjects.allJobs,
    onMessage: () => void seen.push('notifier'),
  });
  const spec = consumersFor([]).find(({ stream }) => stream === 'JOBS');
  if (spec === undefined) throw new Error('No durable on JOBS.');
  await webhooks.consume(spec, async () => void seen.push('webhooks'), { concurrency: 1 });
  const about = { subject: subjects.jobs('user'), correlationId: 'test' };
  await orchestrator.publish(jobChangedV1, { state: JOB }, about);
  await waitFor(() => Promise.resolve(seen.length === 2), { what: 'both to hear of it' });
  expect(seen.sort()).toEqual(['notifier', 'webhooks']);
});
