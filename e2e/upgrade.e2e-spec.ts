import { setTimeout as delay } from 'node:timers/promises';
import type { JobResource } from '@shotloom/contracts';
import { startPlatform, waitFor, type RunningPlatform } from '@shotloom/testing';
import { Api, send } from './support/api';
import { Balancer } from './support/balancer';
import { environmentOf, startReplica, type Replica } from './support/replica';
import { Truth } from './support/truth';
import { Vendor } from './support/vendor';

jest.setTimeout(240_000);

const USERS = 4;
/** Between two orders of a user: a vendor waits for itself, a film of ours takes the machine that everything runs on. */
const VENDOR_MS = 2_000;
const OWN_MS = 6_000;
/** Between two looks at a job. */
const LOOK_MS = 100;

let platform: RunningPlatform;
let truth: Truth;
let vendor: Vendor;
const replicas: Replica[] = [];
beforeAll(async () => {
  platform = await startPlatform({
    simulate: ['kling'],
    env: {
      SIMULATOR_ARGS: '--queue-ms 100,300 --run-ms 500,3000 --concurrency 100 --scale 0.1',
      USER_PROVIDER_CONCURRENCY: '5',
    },
  });
  truth = new Truth(platform.runtime);
  vendor = new Vendor(() => platform.runtime, 'kling');
});
afterAll(async () => {
  await Promise.all(replicas.map(({ child }) => child.stop('SIGTERM')));
  await truth.close();
  await platform.stop();
});

async function start(service: string, number: number, more: NodeJS.ProcessEnv = {}): Promise<Replica> {
  const env = { ...(await environmentOf(platform, service)), ...more };
  const name = `${service}-${number}`;
  const replica = await startReplica({ service, name, env, logs: platform.runtime.logs });
  replicas.push(replica);
  return replica;
}

/** As a Deployment does it: the new one is ready before the old one is told to end, and the old one ends by itself. */
async function roll(service: string): Promise<Replica> {
  const replica = await start(service, 2);
  await endGently(service);
  return replica;
}

async function endGently(service: string): Promise<void> {
  await platform.kill(service, 'SIGTERM');
  const log = await platform.log(service);
  expect([service, log.includes('"stopped"'), log.includes('took too long')]).toEqual([service, true, false]);
}

interface Film {
  readonly key: string;
  readonly operation: 'text-to-video' | 'image-to-video';
  readonly body: Readonly<Record<string, unknown>>;
  /** Until the next one is ordered. */
  readonly everyMs: number;
}
const SHAPE = { aspect_ratio: '16:9', size: '720P' };

/** What a user orders: of a vendor, or of the engine that is in our own workers. */
async function filmOf(user: { key: string; userId: string }, isOwn: boolean): Promise<Film> {
  const { key } = user;
  if (!isOwn) {
    const body = { prompt: 'waves', model: 'kling:kling-2.6', duration: 5, ...SHAPE };
    return { key, operation: 'text-to-video', body, everyMs: VENDOR_MS };
  }
  const api = new Api({ gatewayUrl: platform.runtime.gatewayUrl, apiKey: key, userId: user.userId });
  const { asset_id } = await api.upload();
  const body = { prompt: 'zoom in', asset_id, duration: 1, ...SHAPE };
  return { key, operation: 'image-to-video', body, everyMs: OWN_MS };
}

/** Somebody who orders films and looks at them, through whatever replica is in front, until told to stop. */
async function customer(
  balancer: Balancer,
  { key, operation, body, everyMs }: Film,
  stop: AbortSignal,
): Promise<string[]> {
  const jobs: string[] = [];
  const headers = { authorization: `Bearer ${key}` };
  while (!stop.aborted) {
    const next = performance.now() + everyMs;
    const path = `/api/v1/generate/${operation}`;
    const job = await balancer.request<JobResource>(path, send(body, headers));
    if (job) jobs.push(job.id);
    while (job && performance.now() < next && !stop.aborted) {
      await balancer.request<JobResource>(`/api/v1/jobs/${job.id}`, { headers });
      await delay(LOOK_MS);
    }
  }
  return jobs;
}

it('rolls every service while people order, and nobody notices', async () => {
  const { gatewayUrl } = platform.runtime;
  const second = await start('gateway', 2);
  const balancer = new Balancer([gatewayUrl, second.publicUrl ?? '']);
  const stop = new AbortController();
  const users = await Promise.all(Array.from({ length: USERS }, () => truth.addUser(10_000)));
  const films = await Promise.all(users.map((user, at) => filmOf(user, at === 0)));
  const working = films.map((film) => customer(balancer, film, stop.signal));

  const storage = await roll('storage');
  const notifier = await roll('notifier');
  for (const service of ['webhooks', 'job-orchestrator', 'provider-kling', 'provider-animatic']) {
    await roll(service);
  }
  // What stands before storage and notifier in a cluster keeps its address; here the new gateways are told.
  const behind = { STORAGE_URL: storage.publicUrl ?? '', NOTIFIER_URL: notifier.publicUrl ?? '' };
  const third = await start('gateway', 3, behind);
  balancer.add(third.publicUrl ?? '');
  await balancer.remove(gatewayUrl);
  await endGently('gateway');
  await balancer.remove(second.publicUrl ?? '');
  expect(await second.child.stop('SIGTERM', 20_000)).toMatchObject({ code: 0 });
  stop.abort();
  const orders = await Promise.all(working);

  expect(balancer.failures).toEqual([]);
  expect(balancer.answered).toBeGreaterThan(200);
  await expectAllDelivered(
    third.publicUrl ?? '',
    users.flatMap(({ key, userId }, at) => (orders[at] ?? []).map((jobId) => ({ key, userId, jobId }))),
  );
});

/** Each film once, from one task at the vendor, charged once; and it can be watched. */
async function expectAllDelivered(
  gatewayUrl: string,
  ordered: readonly { readonly key: string; readonly userId: string; readonly jobId: string }[],
): Promise<void> {
  const isDone = async (): Promise<boolean> => {
    const { jobs } = await truth.books();
    return jobs.length >= ordered.length && jobs.every(({ status }) => status === 'completed');
  };
  await waitFor(isDone, { timeoutMs: 90_000, intervalMs: 500, what: 'every job to be completed' });
  await truth.settled();
  const { jobs, assets, holds } = await truth.books();
  const ids = ordered.map(({ jobId }) => jobId).toSorted();
  expect(jobs.map(({ job_id }) => job_id).toSorted()).toEqual(ids);
  expect(assets.map(({ job_id }) => job_id).toSorted()).toEqual(ids);
  expect(holds.every(({ state }) => state === 'captured')).toBe(true);
  expect(await truth.ledgerProblems()).toEqual([]);
  const attempts = (await Promise.all(ids.map((id) => truth.attempts(id)))).flat();
  expect(attempts).toHaveLength(ids.length);
  const bought = attempts.filter(({ credential_version: version }) => version !== null);
  const sold = (await vendor.tasks()).map(({ externalId }) => externalId);
  expect(sold.toSorted()).toEqual(bought.map(({ attempt_id: id }) => id).toSorted());
  for (const { key, userId, jobId } of [ordered[0], ordered.at(-1)].flatMap((one) => one ?? [])) {
    const api = new Api({ gatewayUrl, apiKey: key, userId });
    const link = new URL((await api.fetch(`/api/v1/jobs/${jobId}/video`)).headers.get('location') ?? '');
    const video = await fetch(new URL(`${link.pathname}${link.search}`, gatewayUrl));
    expect([video.status, (await video.arrayBuffer()).byteLength > 1_000]).toEqual([200, true]);
  }
}
