import { sql } from 'kysely';
import type { JobResource } from '@shotloom/contracts';
import { startPlatform, waitFor, type RunningPlatform } from '@shotloom/testing';
import { Api } from './support/api';
import { Truth } from './support/truth';

jest.setTimeout(300_000);

const SERVICES = ['gateway', 'job-orchestrator', 'storage', 'notifier', 'provider-animatic'] as const;

let platform: RunningPlatform;
let api: Api;
let truth: Truth;
let asset: string;
beforeAll(async () => {
  // Short leases: a test should wait for a dead worker no longer than it must.
  platform = await startPlatform({ env: { LEASE_SECONDS: '3' } });
  api = new Api(platform.runtime);
  truth = new Truth(platform.runtime);
  asset = (await api.upload()).asset_id;
});
afterAll(async () => {
  await truth.close();
  await platform.stop();
});

/** Every job completed once, each with one video, nothing beside them, and every credit where it belongs. */
async function expectAllWell(ids: readonly string[]): Promise<void> {
  for (const id of ids) await api.completed(id, 120_000);
  await truth.settled();
  const { jobs, assets, holds } = await truth.books();
  const ends = await truth.terminalEvents();
  for (const id of ids) {
    expect(jobs.find((job) => job.job_id === id)).toMatchObject({
      status: 'completed',
      credits_captured: 1,
      credits_held: 0,
    });
    expect(assets.filter((row) => row.job_id === id)).toHaveLength(1);
    expect(ends[id]).toBe(1);
  }
  expect(holds.every((hold) => hold.state === 'captured')).toBe(true);
  expect(await truth.ledgerProblems()).toEqual([]);
  const wanted = assets.map((row) => row.object_key).toSorted();
  await waitFor(async () => JSON.stringify(await truth.objectKeys('attempts/')) === JSON.stringify(wanted), {
    timeoutMs: 30_000,
    what: 'the stored videos to be exactly those of the jobs',
  });
}

async function crash(unit: string): Promise<void> {
  await platform.kill(unit, 'SIGKILL');
  await platform.restart(unit);
}

describe.each(SERVICES)('kill -9 of %s', (service) => {
  it('while a job is queued', async () => {
    if (service !== 'provider-animatic') await platform.kill('provider-animatic');
    const job = await api.film(asset);
    await crash(service);
    if (service !== 'provider-animatic') await platform.restart('provider-animatic');
    await expectAllWell([job.id]);
  });

  it('while it renders', async () => {
    const job = await api.film(asset);
    await api.until(job.id, 'rendering', ({ status }) => status === 'processing');
    await crash(service);
    await expectAllWell([job.id]);
  });

  it('while its video is being stored', async () => {
    const job = await api.film(asset);
    if (service !== 'storage') await platform.kill('storage');
    if (service !== 'storage') {
      await api.until(job.id, 'storing', ({ status }) => status === 'storing');
      await crash(service);
      await platform.restart('storage');
    } else {
      await api.until(job.id, 'storing', ({ status }) => status === 'storing' || status === 'completed');
      await crash(service);
    }
    await expectAllWell([job.id]);
  });
});

it('completes once when job-orchestrator dies before the completing transaction', async () => {
  const job = await api.film(asset);
  await platform.kill('storage');
  await api.until(job.id, 'storing', ({ status }) => status === 'storing');
  await platform.kill('job-orchestrator');
  await platform.restart('storage');
  await platform.restart('job-orchestrator');
  await expectAllWell([job.id]);
});

/** Moments around the completed event, held open by a trigger on the outbox while the process is killed. */
const MOMENTS = [
  {
    moment: 'between the completing transaction and its event',
    timing: 'BEFORE INSERT',
    body: `IF NEW.envelope->'payload'->'state'->>'status' = 'completed' THEN NEW.published_at := now(); END IF; RETURN NEW;`,
    // Hidden from the relay as if it had not got to it; shown again once the process is dead.
    after: sql`UPDATE jobs.outbox SET published_at = NULL WHERE envelope->'payload'->'state'->>'status' = 'completed' AND created_at > now() - interval '2 minutes'`,
  },
  {
    moment: 'between sending the event and noting that it was sent',
    timing: 'BEFORE UPDATE OF published_at',
    body: `PERFORM pg_sleep(600); RETURN NEW;`,
    after: sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'job-orchestrator'`,
  },
];

it.each(MOMENTS)('tells it once when job-orchestrator dies $moment', async ({ timing, body, after }) => {
  const job = await api.film(asset);
  await platform.kill('storage');
  const { messages, socket } = api.watch(platform.runtime.userId);
  await api.until(job.id, 'storing', ({ status }) => status === 'storing');
  await truth.run(
    sql`CREATE FUNCTION jobs.hold_open() RETURNS trigger LANGUAGE plpgsql AS ${sql.lit(`BEGIN ${body} END`)}`,
  );
  await truth.run(
    sql`CREATE TRIGGER hold_open ${sql.raw(timing)} ON jobs.outbox FOR EACH ROW EXECUTE FUNCTION jobs.hold_open()`,
  );
  await platform.restart('storage');
  await waitFor(
    async () => (await truth.books()).jobs.some((row) => row.job_id === job.id && row.status === 'completed'),
    {
      timeoutMs: 60_000,
      what: 'the completing transaction',
    },
  );
  await platform.kill('job-orchestrator');
  await truth.run(
    sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'job-orchestrator'`,
  );
  await truth.run(sql`DROP FUNCTION jobs.hold_open CASCADE`);
  await truth.run(after);
  await platform.restart('job-orchestrator');
  await expectAllWell([job.id]);
  const ends = (): number =>
    messages.filter((message) => message.type === 'job_complete' && message.job_id === job.id).length;
  await waitFor(() => ends() > 0, { timeoutMs: 30_000, what: 'the socket to hear the end' });
  expect(ends()).toBe(1);
  socket.close();
});

describe.each(['nats', 'postgres'])('%s restarted under load', (unit) => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('by %s', async (signal) => {
    const jobs: JobResource[] = [];
    for (let count = 0; count < 4; count += 1) jobs.push(await api.film(asset));
    await api.until(jobs[0]?.id ?? '', 'rendering', ({ status }) => status !== 'queued');
    await platform.restart(unit, signal);
    jobs.push(await acceptedInTime());
    await expectAllWell(jobs.map((job) => job.id));
  });
});

/** A client that tries again until the platform is back; a refused try must leave nothing behind, which the books show. */
async function acceptedInTime(): Promise<JobResource> {
  let job: JobResource | undefined;
  const key = `retry-${Date.now()}`;
  const body = { prompt: 'zoom in', asset_id: asset, duration: 1, aspect_ratio: '16:9', size: '720P' };
  await waitFor(
    async () => {
      job = await api
        .post<JobResource>('/api/v1/generate/image-to-video', body, { 'idempotency-key': key })
        .catch(() => undefined);
      return job !== undefined;
    },
    { timeoutMs: 60_000, what: 'a new job to be accepted' },
  );
  if (!job) throw new Error('unreachable');
  return job;
}
