import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { applyTopology, connectBus, type Bus } from '@shotloom/bus';
import {
  attemptsConsumer,
  beginAttemptRpc,
  releaseLeaseRpc,
  renewLeaseRpc,
  STREAMS,
  subjects,
  workSubmitConsumer,
  workSubmitV1,
  type Envelope,
  type RpcRequest,
  type RpcResponse,
  type VideoRequest,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { openObjectStore, type ObjectStore } from '@shotloom/object-store';
import { createMetrics, type MetricsRegistry } from '@shotloom/service-kit';
import { silentLogger, startNats, waitFor, type NatsServer } from '@shotloom/testing';
import { runRenderWorker, type RenderEngine } from '@shotloom/provider-kit';

export const PROVIDER = 'drawer';

type Begin = (request: RpcRequest<typeof beginAttemptRpc>) => RpcResponse<typeof beginAttemptRpc>;
type Renew = (
  request: RpcRequest<typeof renewLeaseRpc>,
) => RpcResponse<typeof renewLeaseRpc> | Promise<RpcResponse<typeof renewLeaseRpc>>;

export interface Report {
  readonly type: string;
  readonly id: string;
  readonly correlationId: string;
  readonly payload: Record<string, unknown>;
}

export const request: VideoRequest = {
  operation: 'image-to-video',
  provider: PROVIDER,
  model: `${PROVIDER}:drawer-1`,
  prompt: 'draw',
  negativePrompt: null,
  stylePreset: null,
  durationSeconds: 5,
  aspectRatio: '16:9',
  size: '720P',
  width: 1280,
  height: 720,
  seed: 1,
  strength: null,
  inputs: [{ role: 'image', assetId: 'asset', objectKey: 'assets/picture', contentType: 'image/png' }],
  params: {},
  adjustments: [],
};

/** What job-orchestrator is to a worker: the stream, the fence, the lease, and an ear for reports. Real NATS, real store. */
export class Orchestra {
  readonly reports: Report[] = [];
  readonly renewals: RpcRequest<typeof renewLeaseRpc>[] = [];
  readonly releases: RpcRequest<typeof releaseLeaseRpc>[] = [];
  readonly begins: RpcRequest<typeof beginAttemptRpc>[] = [];
  begin: Begin = () => this.grant();
  renew: Renew = () => ({ verdict: 'continue' });
  private readonly stops: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly nats: NatsServer,
    readonly bus: Bus,
    readonly store: ObjectStore,
    readonly dir: string,
  ) {}

  static async start(): Promise<Orchestra> {
    const nats = await startNats();
    const dir = await mkdtemp(join(tmpdir(), 'provider-kit-'));
    const store = openObjectStore({
      kind: 'file',
      path: join(dir, 'objects'),
      bucket: 'shotloom',
      publicBaseUrl: 'http://127.0.0.1:1/media',
      signingSecret: 'a secret that is long enough for all',
    });
    await store.ensureBucket();
    await store.put('assets/picture', Readable.from([Buffer.from('a picture')]), {
      contentType: 'image/png',
    });
    const bus = await connectBus({ url: nats.url, name: 'job-orchestrator', logger: silentLogger() });
    const orchestra = new Orchestra(nats, bus, store, dir);
    await orchestra.listen();
    return orchestra;
  }

  grant(
    changes: { leaseSeconds?: number; remainingSeconds?: number } = {},
  ): RpcResponse<typeof beginAttemptRpc> {
    const { leaseSeconds = 20, remainingSeconds = 60 } = changes;
    const fence = this.begins.length;
    return {
      granted: true,
      fence,
      jobId: 'job',
      request,
      leaseSeconds,
      remainingSeconds,
    };
  }

  /** Sends one attempt to the workers. */
  async submit(): Promise<string> {
    const attemptId = newId();
    await this.bus.publish(
      workSubmitV1,
      { attemptId, jobId: 'job', provider: PROVIDER, model: request.model },
      { subject: subjects.workSubmit(PROVIDER), correlationId: 'job' },
    );
    return attemptId;
  }

  async worker(
    engine: RenderEngine['render'],
    options: { concurrency?: number; metrics?: MetricsRegistry; maxInputBytes?: number } = {},
  ): Promise<{ stop(): Promise<void> }> {
    const bus = await connectBus({ url: this.nats.url, name: 'provider-drawer', logger: silentLogger() });
    const worker = await runRenderWorker({
      engine: { provider: PROVIDER, render: engine },
      bus,
      objectStore: this.store,
      logger: silentLogger(),
      metrics: options.metrics ?? createMetrics('test'),
      concurrency: options.concurrency ?? 1,
      tempBase: this.dir,
      ...(options.maxInputBytes === undefined ? {} : { maxInputBytes: options.maxInputBytes }),
    });
    this.stops.push(async () => {
      await worker.stop();
      await bus.drain();
    });
    return worker;
  }

  async reported(count = 1): Promise<readonly Report[]> {
    await waitFor(() => this.reports.length >= count, { what: `${count} reports` });
    return this.reports;
  }

  /** A message that was acked is no longer in a work queue. */
  async workIsSpent(): Promise<void> {
    await waitFor(async () => (await this.bus.streamState('WORK')).messages === 0, {
      what: 'an empty queue',
    });
  }

  async stop(): Promise<void> {
    for (const stop of this.stops) await stop();
    await this.bus.drain();
    await this.nats.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  private async listen(): Promise<void> {
    const consumers = [{ ...workSubmitConsumer(PROVIDER) }, attemptsConsumer];
    await applyTopology(this.bus, { streams: Object.values(STREAMS), consumers });
    this.bus.respond(beginAttemptRpc, async (begin) => {
      this.begins.push(begin);
      return this.begin(begin);
    });
    this.bus.respond(releaseLeaseRpc, async (release) => {
      this.releases.push(release);
      return { released: true };
    });
    this.bus.respond(renewLeaseRpc, async (renewal) => {
      this.renewals.push(renewal);
      return this.renew(renewal);
    });
    const onReport = async (message: { envelope: Envelope; type: string }): Promise<void> => {
      const { id, correlationId, payload } = message.envelope;
      this.reports.push({
        type: message.type,
        id,
        correlationId,
        payload: payload as Record<string, unknown>,
      });
    };
    await this.bus.consume(attemptsConsumer, onReport, { concurrency: 4 });
  }
}
