import { newId, type ErrorCode } from '@shotloom/kernel';
import {
  acceptJobsRpc,
  attemptSucceededV1,
  beginAttemptRpc,
  consumersFor,
  getJobRpc,
  jobChangedV1,
  listCredentialsRpc,
  mediaFailedV1,
  MODELS,
  STREAMS,
  subjects,
  workSubmitConsumer,
  workSubmitV1,
  type AssetRecord,
  type JobRecord,
  type JobState,
  type PayloadOf,
  type RpcRequest,
  type RpcResponse,
  type VideoRequest,
} from '@shotloom/contracts';
import { applyTopology, connectBus, type Bus } from '@shotloom/bus';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { grant, ledgerMigrations, openLedgerAccount } from '@shotloom/ledger';
import { createMetrics, HealthRegistry, Shutdown, type MetricsRegistry } from '@shotloom/service-kit';
import { createTestDatabase, silentLogger, startNats, waitFor, type NatsServer } from '@shotloom/testing';
import { credits } from '@shotloom/kernel';
import { configSchema, type Config } from '../src/config';
import { startOrchestrator } from '../src/orchestrator';
import { jobsMigrations } from '../src/schema/migrations';
import type { JobsSchema } from '../src/schema/tables';

const MODEL = MODELS[0];
export type Work = PayloadOf<typeof workSubmitV1>;

export interface User {
  readonly userId: string;
  readonly accountId: string;
}

/** The whole service in this process, on a real Postgres and a real NATS of its own. */
export class Harness {
  readonly work: Work[] = [];
  readonly events: JobState[] = [];
  /** What the gateway would list, by provider. */
  readonly credentials = new Map<string, RpcResponse<typeof listCredentialsRpc>['credentials']>();
  /** What each replica shows of itself. */
  readonly registries: MetricsRegistry[] = [];
  private readonly replicas: Shutdown[] = [];

  private constructor(
    readonly nats: NatsServer,
    readonly bus: Bus,
    readonly database: Database<JobsSchema>,
    readonly databaseUrl: string,
    private readonly config: Config,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  /** One more of the service, on the same database and bus. */
  async replica(): Promise<void> {
    const logger = silentLogger();
    const shutdown = new Shutdown(logger, 20_000);
    this.replicas.push(shutdown);
    const metrics = createMetrics('test');
    this.registries.push(metrics);
    await startOrchestrator({
      name: 'job-orchestrator',
      config: this.config,
      logger,
      metrics,
      health: new HealthRegistry(),
      shutdown,
    });
  }

  /** `played`: the providers whose work the test takes, since no worker runs; by default all. */
  static async start(overrides: Partial<Config> = {}, played?: readonly string[]): Promise<Harness> {
    const nats = await startNats();
    const testDatabase = await createTestDatabase();
    const logger = silentLogger();
    const bus = await connectBus({ url: nats.url, name: 'test', logger });
    await migrate({ url: testDatabase.url }, [ledgerMigrations, jobsMigrations]);
    const config = {
      ...configSchema.parse({ NATS_URL: nats.url, DATABASE_URL: testDatabase.url, SWEEP_MS: '50' }),
      ...overrides,
    };
    const providers = config.PROVIDERS_ENABLED;
    await applyTopology(bus, { streams: Object.values(STREAMS), consumers: [...consumersFor(providers)] });
    const database = openDatabase<JobsSchema>({
      url: testDatabase.url,
      applicationName: 'test',
      logger,
      outboxSchema: 'jobs',
    });
    const harness = new Harness(nats, bus, database, testDatabase.url, config, () => testDatabase.drop());
    await harness.replica();
    await harness.listen(played ?? providers);
    return harness;
  }

  /** Every replica ends, and the test reads no stream any more; database and bus stay. */
  async rest(): Promise<void> {
    await Promise.all(this.replicas.splice(0).map((replica) => replica.run()));
    await this.bus.drain();
  }

  async stop(): Promise<void> {
    await this.rest();
    await this.database.close();
    await this.dropDatabase();
    await this.nats.stop();
  }

  private async listen(providers: readonly string[]): Promise<void> {
    const onWork = async (message: { payload: unknown }): Promise<void> => {
      this.work.push(workSubmitV1.payload.parse(message.payload));
    };
    for (const provider of providers) {
      await this.bus.consume(workSubmitConsumer(provider), onWork, { concurrency: 50 });
    }
    this.bus.respond(listCredentialsRpc, async ({ provider }) => ({
      credentials: this.credentials.get(provider) ?? [],
    }));
    await this.bus.readOrdered({
      stream: 'JOBS',
      onMessage: ({ envelope }) => {
        this.events.push(jobChangedV1.payload.parse(envelope.payload).state);
      },
    });
  }

  async user(amount: number): Promise<User> {
    const user = { userId: newId(), accountId: newId() };
    await openLedgerAccount(this.database.sql, { accountId: user.accountId });
    await grant(this.database.sql, {
      accountId: user.accountId,
      amount: credits(amount),
      reference: `grant-${user.accountId}`,
      reason: 'test',
    });
    return user;
  }

  request(
    user: User,
    more: Partial<RpcRequest<typeof acceptJobsRpc>> = {},
  ): RpcRequest<typeof acceptJobsRpc> {
    const price = { credits: 5, version: '2026-11-01' };
    return {
      ...user,
      idempotency: null,
      request: VIDEO,
      price,
      jobIds: [newId()],
      metadata: {},
      retryOf: null,
      fallback: [],
      budgets: [],
      weight: 1,
      limits: {
        concurrency: null,
        perProvider: null,
        generationsPerHour: null,
        accountVersion: 0,
        version: 0,
      },
      ...more,
    };
  }

  async accept(user: User, more: Partial<RpcRequest<typeof acceptJobsRpc>> = {}): Promise<JobRecord> {
    const { jobs } = await this.bus.request(acceptJobsRpc, this.request(user, more));
    if (!jobs[0]) throw new Error('no job came back');
    return jobs[0];
  }

  async job(user: User, jobId: string): Promise<JobRecord> {
    const { job } = await this.bus.request(getJobRpc, { userId: user.userId, jobId });
    if (!job) throw new Error(`job ${jobId} is not there`);
    return job;
  }

  /** Resolves when the job's work was offered for the nth time. */
  async offered(jobId: string, times = 1): Promise<Work> {
    const mine = (): Work[] => this.work.filter((work) => work.jobId === jobId);
    await waitFor(() => mine().length >= times, {
      timeoutMs: 10_000,
      what: `work of job ${jobId} to be offered ${times} times`,
    });
    const work = mine().at(-1);
    if (!work) throw new Error('unreachable');
    return work;
  }

  begin(work: Work, workerId = 'worker-1') {
    return this.bus.request(beginAttemptRpc, { attemptId: work.attemptId, workerId });
  }

  async succeed(work: Work, fence: number, id?: string): Promise<void> {
    const key = `attempts/${work.attemptId}/${fence}.mp4`;
    const result = { kind: 'object' as const, key, contentType: 'video/mp4', sizeBytes: 10, sha256: 'ab' };
    const payload = { attemptId: work.attemptId, fence, result, label: 'An animatic.' };
    const options = { subject: subjects.attempts('animatic'), correlationId: work.jobId };
    await this.bus.publish(attemptSucceededV1, payload, id === undefined ? options : { ...options, id });
  }

  async until(user: User, jobId: string, status: string): Promise<void> {
    await waitFor(async () => (await this.job(user, jobId)).status === status, {
      timeoutMs: 10_000,
      what: `job to be ${status}`,
    });
  }

  /** A job whose video has been rendered and is waited for. */
  async storing(user: User): Promise<{ jobId: string; work: Work; key: string; fence: number }> {
    const { jobId } = await this.accept(user);
    const work = await this.offered(jobId);
    const begun = await this.begin(work);
    if (!begun.granted) throw new Error(`not granted: ${begun.reason}`);
    await this.succeed(work, begun.fence);
    await this.until(user, jobId, 'storing');
    return { jobId, work, key: `attempts/${work.attemptId}/${begun.fence}.mp4`, fence: begun.fence };
  }

  /** Storage reports that it could not make the rendered file ours. */
  async ingestFailed({ jobId, attemptId }: Work, code: ErrorCode, retryable: boolean): Promise<void> {
    const error = { code, message: 'not stored', retryable, chargeable: false, outcome: 'refused' as const };
    const options = { subject: subjects.mediaResults, correlationId: jobId };
    await this.bus.publish(mediaFailedV1, { jobId, attemptId, error }, options);
  }

  /** The rows of a job's attempts. */
  attempts(jobId: string) {
    return this.database.sql.selectFrom('jobs.attempts').selectAll().where('job_id', '=', jobId).execute();
  }

  asset(user: User, work: Work, key: string): AssetRecord {
    return {
      ...{
        assetId: newId(),
        accountId: user.accountId,
        ownerUserId: user.userId,
        kind: 'video',
        origin: 'generated',
        objectKey: key,
      },
      ...{
        contentType: 'video/mp4',
        sizeBytes: 10,
        sha256: 'ab',
        width: 1280,
        height: 720,
        durationSeconds: 5,
        fps: 24,
      },
      ...{ videoCodec: 'avc', fileName: null, posterKey: null, createdAt: new Date().toISOString() },
    };
  }
}

export const VIDEO: VideoRequest = {
  operation: 'text-to-video',
  provider: 'animatic',
  model: MODEL?.id ?? '',
  prompt: 'a quiet sea',
  negativePrompt: null,
  stylePreset: null,
  durationSeconds: 5,
  aspectRatio: '16:9',
  size: '720P',
  width: 1280,
  height: 720,
  seed: 7,
  strength: null,
  inputs: [],
  params: {},
  adjustments: [],
};
