import { newId } from '@shotloom/kernel';
import { JOB, jobProgress, jobState, USER } from './support/job-fixtures';
import { TestClient } from './support/client';
import { raiseStage, type Stage } from './support/stage';

describe('delivery over WebSockets', () => {
  let stage: Stage;
  const key = 'sl_user';
  const connect = (id: string): Promise<TestClient> => TestClient.connect(stage.notifier.port, id, { key });

  beforeAll(async () => {
    stage = await raiseStage({ LINGER_MS: '200' });
  }, 60_000);
  afterAll(() => stage.stop());
  beforeEach(() => {
    stage.peers.jobs.clear();
    stage.peers.beforeSnapshot = () => Promise.resolve();
    stage.peers.linksFail = false;
    stage.peers.jobsPerPage = 100;
  });

  it('tells a job from its start to its end, each event once although each comes twice', async () => {
    const { peers } = stage;
    const jobId = '0192f000-0000-7000-8000-0000000000b1';
    await peers.change(jobState({ jobId }));
    const [ofJob, ofUser] = [await connect(jobId), await connect(USER)];
    await Promise.all([ofJob.until('status'), ofUser.until('status')]);
    await peers.change(jobState({ jobId, version: 2, status: 'processing' }), 2);
    await ofJob.until('status', 2);
    peers.progress(jobProgress({ jobId, version: 2, progress: 40 }));
    peers.progress(jobProgress({ jobId, version: 2, progress: 30 }));
    peers.progress(jobProgress({ jobId, version: 1, progress: 90 }));
    peers.progress(jobProgress({ jobId, version: 2, progress: 50 }));
    await ofJob.until('progress', 2);
    const last = jobState({ jobId, version: 3, status: 'completed', progress: 100 });
    await peers.change(last, 2);
    await ofJob.until('job_complete');
    peers.progress(jobProgress({ jobId, version: 3, progress: 100 }));
    await peers.publish(jobState({ jobId, version: 2, status: 'processing' }));
    const marker = await connect(USER);
    await peers.change(jobState({ version: 9 }));
    await Promise.all([marker.until('status'), ofUser.until('status', 4)]);
    const story = ['connected', 'status', 'status', 'progress', 'progress', 'status', 'job_complete'];
    expect(ofJob.types).toEqual(story);
    expect(ofJob.versions).toEqual([1, 2, 3]);
    expect(ofUser.types).toEqual([...story, 'status']);
    const output_path = `http://storage/${last.output?.assetId ?? ''}?signed`;
    expect(ofJob.messages.at(-1)).toEqual({ type: 'job_complete', job_id: jobId, output_path });
    expect(await ofJob.closed()).toBe(1000);
  });

  it('asks for a link once, however many watch', async () => {
    const { peers } = stage;
    const jobId = '0192f000-0000-7000-8000-0000000000b2';
    await peers.change(jobState({ jobId }));
    const clients = await Promise.all([connect(jobId), connect(jobId), connect(USER)]);
    const before = peers.linksAsked;
    await peers.change(jobState({ jobId, version: 2, status: 'completed' }));
    await Promise.all(clients.map((client) => client.until('job_complete')));
    expect(peers.linksAsked - before).toBe(1);
  });

  it('sends the stable address where storage gives no link', async () => {
    const { peers } = stage;
    const jobId = '0192f000-0000-7000-8000-0000000000b3';
    peers.linksFail = true;
    await peers.change(jobState({ jobId, version: 2, status: 'completed' }));
    const client = await connect(jobId);
    await client.until('job_complete');
    expect(client.messages.at(-1)).toMatchObject({ output_path: `/api/v1/jobs/${jobId}/video` });
  });

  it.each([
    ['failed', 'The job failed.'],
    ['cancelled', 'The job was cancelled.'],
  ] as const)(
    'gives who connects after the end of a %s job its state and its one end',
    async (status, error) => {
      await stage.peers.change(jobState({ version: 4, status }));
      const client = await connect(JOB);
      await client.until('error');
      expect(client.types).toEqual(['connected', 'status', 'error']);
      expect(client.messages.at(-1)).toEqual({ type: 'error', job_id: JOB, error });
      expect(await client.closed()).toBe(1000);
    },
  );

  it('loses nothing that happens while the snapshot is read, and tells nothing twice', async () => {
    const { peers } = stage;
    const jobId = '0192f000-0000-7000-8000-0000000000b4';
    await peers.change(jobState({ jobId }));
    peers.beforeSnapshot = async () => {
      peers.beforeSnapshot = () => Promise.resolve();
      await peers.change(jobState({ jobId, version: 2, status: 'processing' }), 2);
      await peers.change(jobState({ jobId, version: 3, status: 'failed' }), 2);
    };
    const client = await connect(jobId);
    await client.until('error');
    expect(client.types).toEqual(['connected', 'status', 'status', 'status', 'error']);
    expect(client.versions).toEqual([1, 2, 3]);
  });

  it('goes on after a restart of NATS, with what happened meanwhile', async () => {
    const { peers, nats } = stage;
    const jobId = '0192f000-0000-7000-8000-0000000000b5';
    await peers.change(jobState({ jobId }));
    const client = await connect(jobId);
    await client.until('status');
    // Committed, but its event never gets out: only a snapshot can tell.
    peers.jobs.set(jobId, jobState({ jobId, version: 2, status: 'processing' }));
    await nats.restart('SIGKILL');
    await client.until('status', 2);
    await peers.change(jobState({ jobId, version: 3, status: 'cancelled' }));
    await client.until('error');
    expect(client.versions).toEqual([1, 2, 3]);
    expect(client.types.filter((type) => type === 'error')).toHaveLength(1);
  }, 30_000);

  it('tells a user the end of a job that ended while nobody could hear it', async () => {
    const { peers, nats } = stage;
    const jobId = '0192f000-0000-7000-8000-0000000000b6';
    await peers.change(jobState({ jobId }));
    const client = await connect(USER);
    await client.until('status');
    peers.jobs.set(jobId, jobState({ jobId, version: 2, status: 'failed' }));
    await nats.restart();
    await client.until('error');
    expect(client.versions).toEqual([1, 2]);
  }, 30_000);

  it('tells a user all open jobs, however few of them an answer holds', async () => {
    const { peers } = stage;
    peers.jobsPerPage = 3;
    const jobIds = Array.from({ length: 40 }, () => newId());
    for (const jobId of jobIds) peers.jobs.set(jobId, jobState({ jobId }));
    const client = await connect(USER);
    await client.until('status', jobIds.length);
    const told = client.messages.flatMap((message) => (message.type === 'status' ? [message.job_id] : []));
    expect(told).toEqual(jobIds);
  });

  it('tells a user what is under way, however many drafts lie before it', async () => {
    const { peers } = stage;
    const running = newId();
    for (const jobId of Array.from({ length: 1_200 }, () => newId()))
      peers.jobs.set(jobId, jobState({ jobId, status: 'draft' }));
    peers.jobs.set(running, jobState({ jobId: running, status: 'processing' }));
    const client = await connect(USER);
    await client.until('status');
    expect(client.messages.at(-1)).toMatchObject({ job_id: running, status: 'processing' });
    // A draft is told when something becomes of it.
    const [draft = ''] = peers.jobs.keys();
    await peers.change(jobState({ jobId: draft, version: 2 }));
    await client.until('status', 2);
    expect(client.messages.at(-1)).toMatchObject({ job_id: draft, status: 'queued' });
  });

  it('measures how late events are', async () => {
    expect(await stage.metrics.metrics()).toMatch(/shotloom_event_delay_seconds_count\S* [1-9]/);
  });
});
