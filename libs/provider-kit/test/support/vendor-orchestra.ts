import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { applyTopology, connectBus, type Bus } from '@shotloom/bus';
import {
  attemptRefRpc,
  attemptsConsumer,
  balanceRpc,
  beginSubmitRpc,
  credentialSecretRpc,
  pollBatchV1,
  pollsConsumer,
  providerCallbackRpc,
  STREAMS,
  subjects,
  testConnectionRpc,
  workCancelConsumer,
  workCancelV1,
  workSubmitConsumer,
  workSubmitV1,
  type CredentialRef,
  type Envelope,
  type PayloadOf,
  type RpcRequest,
  type RpcResponse,
  type VendorTaskRef,
  type VideoRequest,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { openObjectStore, type ObjectStore } from '@shotloom/object-store';
import { createMetrics, type MetricsRegistry } from '@shotloom/service-kit';
import { silentLogger, startNats, waitFor, type NatsServer } from '@shotloom/testing';
import { runVendorWorker, type VendorAdapter, type VendorWorkerOptions } from '@shotloom/provider-kit';
import type { Report } from './orchestra';

type Begun = RpcResponse<typeof beginSubmitRpc>;
type Grant = Extract<Begun, { granted: true }>;
type Secret = NonNullable<RpcResponse<ReturnType<typeof credentialSecretRpc>>['credential']>;
type PollTask = PayloadOf<typeof pollBatchV1>['tasks'][number];

export interface VendorOrchestraOptions {
  readonly provider: string;
  readonly request: VideoRequest;
  /** What is in the store under `assets/picture`. */
  readonly picture?: Buffer;
}

/**
 * What job-orchestrator and the gateway are to a vendor's worker: the fence that opens once, the keys, the attempts that callbacks name,
 * and an ear for reports. Real NATS, real store.
 */
export class VendorOrchestra {
  readonly reports: Report[] = [];
  readonly begins: RpcRequest<typeof beginSubmitRpc>[] = [];
  /** By `<id>:<version>`. */
  readonly secrets = new Map<string, Secret>();
  readonly attempts = new Map<string, { credential: CredentialRef; task: VendorTaskRef }>();
  /** Changes what the fence grants. */
  grant: Partial<Grant> = {};
  refusal: Extract<Begun, { granted: false }>['reason'] | undefined;
  secretsAsked = 0;
  private readonly begun = new Set<string>();
  private readonly stops: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly nats: NatsServer,
    readonly bus: Bus,
    readonly store: ObjectStore,
    private readonly dir: string,
    private readonly options: VendorOrchestraOptions,
  ) {}

  static async start(options: VendorOrchestraOptions): Promise<VendorOrchestra> {
    const nats = await startNats();
    const dir = await mkdtemp(join(tmpdir(), 'vendor-worker-'));
    const store = openObjectStore({
      kind: 'file',
      path: join(dir, 'objects'),
      bucket: 'shotloom',
      publicBaseUrl: 'http://127.0.0.1:1/media',
      signingSecret: 'a secret that is long enough for all',
    });
    await store.ensureBucket();
    const picture = options.picture ?? Buffer.from('a picture');
    await store.put('assets/picture', Readable.from([picture]), { contentType: 'image/png' });
    const bus = await connectBus({ url: nats.url, name: 'job-orchestrator', logger: silentLogger() });
    const orchestra = new VendorOrchestra(nats, bus, store, dir, options);
    await orchestra.listen();
    return orchestra;
  }

  /** The environment of a worker's process. */
  get environment(): Record<string, string> {
    return {
      NATS_URL: this.nats.url,
      OBJECT_STORE_KIND: 'file',
      OBJECT_STORE_PATH: join(this.dir, 'objects'),
      OBJECT_STORE_PUBLIC_URL: 'http://127.0.0.1:1/media',
      OBJECT_STORE_SIGNING_SECRET: 'a secret that is long enough for all',
      INTERNAL_PORT: '0',
    };
  }

  async worker(
    adapter: VendorAdapter,
    more: Partial<VendorWorkerOptions> & { readonly metrics?: MetricsRegistry } = {},
  ): Promise<{ stop(): Promise<void> }> {
    const name = `provider-${this.options.provider}`;
    const bus = await connectBus({ url: this.nats.url, name, logger: silentLogger() });
    const worker = await runVendorWorker({
      ...{ adapter, bus, objectStore: this.store, logger: silentLogger(), metrics: createMetrics('test') },
      ...{ submitConcurrency: 4, pollConcurrency: 2 },
      ...more,
    });
    // Its responders are known to the server once it has answered after them.
    await bus.ping();
    this.stops.push(async () => {
      await worker.stop();
      await bus.drain();
    });
    return worker;
  }

  /** Sends one attempt to the workers; the same again is what a redelivery looks like. */
  async submit(attemptId: string = newId()): Promise<string> {
    const { provider, request } = this.options;
    await this.bus.publish(
      workSubmitV1,
      { attemptId, jobId: 'job', provider, model: request.model },
      { subject: subjects.workSubmit(provider), correlationId: 'job' },
    );
    return attemptId;
  }

  async poll(
    tasks: readonly Partial<PollTask>[],
    more: { readonly credential?: CredentialRef; readonly expiresAt?: Date } = {},
  ): Promise<void> {
    const { provider } = this.options;
    const { credential = { id: 'key', version: 1 }, expiresAt = new Date(Date.now() + 30_000) } = more;
    const whole = tasks.map((task) => ({
      ...this.task(task.attemptId ?? newId()),
      ...{ pollNo: 1, verb: 'poll' as const },
      ...task,
    }));
    const payload = { provider, credential, expiresAt: expiresAt.toISOString(), tasks: whole };
    await this.bus.publish(pollBatchV1, payload, {
      subject: subjects.polls(provider),
      correlationId: 'poll',
    });
  }

  async cancel(task: VendorTaskRef): Promise<void> {
    const { provider } = this.options;
    const payload = { jobId: 'job', provider, credential: { id: 'key', version: 1 }, task };
    const options = { subject: subjects.workCancel(provider), correlationId: 'job' };
    await this.bus.publish(workCancelV1, payload, options);
  }

  callback(attemptId: string, rawBody: string | Uint8Array, headers: Record<string, string> = {}) {
    const body = Buffer.from(rawBody).toString('base64');
    const question = { attemptId, rawBody: body, headers };
    return this.bus.request(providerCallbackRpc(this.options.provider), question);
  }

  testConnection(credential: CredentialRef = { id: 'key', version: 1 }) {
    return this.bus.request(testConnectionRpc(this.options.provider), credential);
  }

  balance(credential: CredentialRef = { id: 'key', version: 1 }) {
    return this.bus.request(balanceRpc(this.options.provider), credential);
  }

  task(attemptId: string, vendorTaskId: string | null = null): VendorTaskRef {
    const { operation } = this.options.request;
    return { attemptId, externalTaskId: attemptId, vendorTaskId, operation };
  }

  async reported(count = 1): Promise<readonly Report[]> {
    await waitFor(() => this.reports.length >= count, { what: `${count} reports`, timeoutMs: 20_000 });
    return this.reports;
  }

  /** A message that was acked is no longer in a work queue. */
  async isSpent(stream: 'WORK' | 'POLLS' = 'WORK'): Promise<void> {
    await waitFor(async () => (await this.bus.streamState(stream)).messages === 0, {
      what: `${stream} to be empty`,
      timeoutMs: 25_000,
    });
  }

  async stop(): Promise<void> {
    for (const stop of this.stops) await stop();
    await this.bus.drain();
    await this.nats.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  private async listen(): Promise<void> {
    const { provider, request } = this.options;
    const own = [workSubmitConsumer(provider), workCancelConsumer(provider), pollsConsumer(provider)];
    await applyTopology(this.bus, {
      streams: Object.values(STREAMS),
      consumers: [...own, attemptsConsumer],
    });
    this.bus.respond(beginSubmitRpc, async (begin): Promise<Begun> => {
      this.begins.push(begin);
      if (this.refusal !== undefined) return { granted: false, reason: this.refusal };
      if (this.begun.has(begin.attemptId)) return { granted: false, reason: 'begun' };
      this.begun.add(begin.attemptId);
      const credential = { id: 'key', version: 1 };
      const granted = { granted: true, fence: 1, jobId: 'job', ownerUserId: 'user' } as const;
      return { ...granted, request, credential, callbackUrl: null, sendSeconds: 20, ...this.grant };
    });
    this.bus.respond(attemptRefRpc, async ({ attemptId }) => ({
      attempt: this.attempts.get(attemptId) ?? null,
    }));
    this.bus.respond(credentialSecretRpc(provider), async ({ id, version }) => {
      this.secretsAsked += 1;
      return { credential: this.secrets.get(`${id}:${version}`) ?? null };
    });
    const onReport = async (message: { envelope: Envelope; type: string }): Promise<void> => {
      const { id, correlationId, payload } = message.envelope;
      this.reports.push({
        ...{ type: message.type, id, correlationId },
        payload: payload as Record<string, unknown>,
      });
    };
    await this.bus.consume(attemptsConsumer, onReport, { concurrency: 4 });
  }
}
