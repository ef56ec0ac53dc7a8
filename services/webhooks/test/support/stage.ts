import { randomBytes } from 'node:crypto';
import { applyTopology, connectBus, type Bus } from '@shotloom/bus';
import {
  createWebhookRpc,
  jobChangedV1,
  listWebhookDeliveriesRpc,
  STREAMS,
  subjects,
  webhookDisabledNoticeRpc,
  webhookEventsConsumer,
  type JobState,
  type RpcRequest,
  type WebhookDeliveryRecord,
} from '@shotloom/contracts';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { newId, type Clock } from '@shotloom/kernel';
import type { GuardedSender } from '@shotloom/guarded-http';
import { keyRing } from '@shotloom/sealing';
import { createMetrics, loadConfig, type MetricsRegistry } from '@shotloom/service-kit';
import { createTestDatabase, silentLogger, startNats, waitFor } from '@shotloom/testing';
import { configSchema } from '../../src/config';
import { createWebhookMetrics } from '../../src/metrics';
import type { Owner, Parts } from '../../src/parts';
import { webhooksMigrations } from '../../src/schema/migrations';
import type { WebhookTables } from '../../src/schema/tables';
import { createSender, startWebhooks, type RunningWebhooks } from '../../src/start-webhooks';
import { Receiver } from './receiver';

/** Goes on only when it is told to. */
export class ManualClock implements Clock {
  private at = Date.now();

  now(): Date {
    return new Date(this.at);
  }

  advance(ms: number): void {
    this.at += ms;
  }
}

export interface Replica {
  readonly parts: Parts;
  readonly metrics: MetricsRegistry;
  readonly running: RunningWebhooks;
  stop(): Promise<void>;
}

export interface Stage {
  readonly bus: Bus;
  readonly database: Database<WebhookTables>;
  readonly clock: ManualClock;
  readonly receiver: Receiver;
  /** What the gateway was told of. */
  readonly notices: RpcRequest<typeof webhookDisabledNoticeRpc>[];
  start(env?: Record<string, string>, more?: { sender?: GuardedSender }): Promise<Replica>;
  stop(): Promise<void>;
}

/** Real Postgres, NATS and receiver; the test stands in for job-orchestrator and gateway. */
export async function raiseStage(): Promise<Stage> {
  const logger = silentLogger();
  const [nats, testDatabase, receiver] = await Promise.all([
    startNats(),
    createTestDatabase(),
    Receiver.open(),
  ]);
  await migrate({ url: testDatabase.url }, [webhooksMigrations]);
  const bus = await connectBus({ url: nats.url, name: 'gateway', logger });
  await applyTopology(bus, { streams: [STREAMS.jobs, STREAMS.dead], consumers: [webhookEventsConsumer] });
  const notices: Stage['notices'] = [];
  bus.respond(webhookDisabledNoticeRpc, (notice) => {
    notices.push(notice);
    return Promise.resolve({ taken: true as const });
  });
  const clock = new ManualClock();
  const key = randomBytes(32).toString('base64');
  const open = (applicationName: string): Database<WebhookTables> =>
    openDatabase<WebhookTables>({ url: testDatabase.url, applicationName, logger });
  const database = open('test');
  const replicas: Replica[] = [];
  const start: Stage['start'] = async (env = {}, more = {}) => {
    const config = loadConfig(configSchema, {
      ...{ DATABASE_URL: testDatabase.url, NATS_URL: nats.url, CREDENTIALS_KEY: key },
      ...{ WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32', PUBLIC_URL: 'https://video.example', ...env },
    });
    const ownBus = await connectBus({ url: nats.url, name: 'webhooks', logger });
    const own = open('webhooks');
    const metrics = createMetrics('webhooks');
    const parts: Parts = {
      ...{ config, database: own, bus: ownBus, keys: keyRing(config), logger, clock },
      sender: more.sender ?? createSender(config),
      metrics: createWebhookMetrics(metrics),
    };
    const running = await startWebhooks(parts);
    const stop = async (): Promise<void> => {
      replicas.splice(replicas.indexOf(replica), 1);
      await running.stop();
      await ownBus.drain();
      await own.close();
    };
    const replica: Replica = { parts, metrics, running, stop };
    replicas.push(replica);
    return replica;
  };
  const stop = async (): Promise<void> => {
    for (const replica of [...replicas]) await replica.stop();
    await bus.drain();
    await database.close();
    await Promise.all([testDatabase.drop(), nats.stop(), receiver.close()]);
  };
  return { bus, database, clock, receiver, notices, start, stop };
}

export const newOwner = (): Owner => ({ userId: newId(), accountId: newId() });

export interface Made {
  readonly id: string;
  readonly secret: string;
}

export async function makeWebhook(
  { bus }: Pick<Stage, 'bus'>,
  owner: Owner,
  url: string,
  eventTypes: readonly string[] = ['*'],
): Promise<Made> {
  const id = newId();
  const { secret } = await bus.request(createWebhookRpc, {
    ...{ ...owner, webhookId: id, url, description: '', eventTypes: [...eventTypes], maxWebhooks: 10 },
  });
  if (secret === null) throw new Error('no secret');
  return { id, secret };
}

/** As job-orchestrator publishes a change of a job. */
export async function changeJob(
  { bus }: Pick<Stage, 'bus'>,
  owner: Owner,
  more: Partial<JobState> = {},
): Promise<JobState> {
  const state: JobState = {
    ...{ jobId: newId(), accountId: owner.accountId, ownerUserId: owner.userId, type: 'video', version: 1 },
    ...{ provider: 'animatic', model: 'animatic:animatic-1', status: 'queued', stage: null, conditions: [] },
    ...{ progress: 0, progressEstimated: false, error: null, output: null, lateAssetId: null, notes: [] },
    ...{ creditsHeld: 5, creditsCaptured: 0, changedAt: new Date().toISOString() },
    ...more,
  };
  const subject = subjects.jobs(owner.userId);
  await bus.publish(jobChangedV1, { state }, { subject, correlationId: state.jobId });
  return state;
}

export async function deliveriesOf(
  { bus }: Pick<Stage, 'bus'>,
  owner: Owner,
  webhookId: string,
): Promise<readonly WebhookDeliveryRecord[]> {
  const page = await bus.request(listWebhookDeliveriesRpc, { ...owner, webhookId, limit: 100 });
  return page.deliveries;
}

/** Waits for the newest delivery to be as wanted, and gives it. */
export function settled(
  stage: Pick<Stage, 'bus'>,
  owner: Owner,
  webhookId: string,
  wanted: Partial<WebhookDeliveryRecord>,
): Promise<WebhookDeliveryRecord> {
  const isSo = (one: WebhookDeliveryRecord): boolean =>
    Object.entries(wanted).every(([key, value]) => one[key as keyof WebhookDeliveryRecord] === value);
  return waitFor(
    async () => {
      const [newest] = await deliveriesOf(stage, owner, webhookId);
      return newest && newest.durationMs !== null && isSo(newest) ? newest : undefined;
    },
    { what: `a delivery with ${JSON.stringify(wanted)}`, timeoutMs: 20_000 },
  );
}
