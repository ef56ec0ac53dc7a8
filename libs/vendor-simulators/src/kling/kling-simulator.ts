import { CallbackSender } from '../core/callback-sender';
import type { Controlled, SimTask } from '../core/control-routes';
import { FaultScript, type Fault } from '../core/faults';
import type { LoggedRequest } from '../core/request-log';
import { ResultLinks } from '../core/result-links';
import { ResultMedia, type MediaOptions } from '../core/result-media';
import { SeededRandom } from '../core/seeded-random';
import { RealClock, type SimClock } from '../core/sim-clock';
import { SimServer } from '../core/sim-server';
import { DEMO_ACCOUNT, type KlingAccount } from './kling-accounts';
import { KlingCallbacks } from './kling-callbacks';
import { KlingRoutes } from './kling-routes';
import { KlingTasks, type KlingTask, type KlingTimes } from './kling-tasks';

export interface KlingSimulatorOptions extends Partial<KlingTimes> {
  /** 0 or missing: any free port. */
  readonly port?: number;
  /** Latencies and chances are the same for the same seed. Default 1. */
  readonly seed?: number;
  readonly clock?: SimClock;
  /** Default: one, with the keys that the README names. */
  readonly accounts?: readonly Partial<KlingAccount>[];
  /** Requests a second and account; more get 1302. Default: no limit. */
  readonly requestsPerSecond?: number;
  /** Milliseconds; default thirty days. */
  readonly linkLifetimeMs?: number;
  /** Whether callbacks of the old generation are signed; the vendor does not say. Default false. */
  readonly signLegacyCallbacks?: boolean;
  readonly media?: MediaOptions;
}

/** A running simulator of Kling, and all that a test may see and script. */
export interface KlingSimulator extends Controlled {
  readonly url: string;
  /** May be changed while it runs, for example to rotate a key. */
  readonly accounts: readonly KlingAccount[];
  readonly requests: () => readonly LoggedRequest[];
  /** What its own handlers threw: a mistake of the simulator. */
  readonly failures: () => readonly string[];
  readonly stop: () => Promise<void>;
}

const THIRTY_DAYS_MS = 30 * 24 * 3600 * 1000;

/** Starts a server on 127.0.0.1 that answers as Kling's documentation says, in both generations. */
export async function startKlingSimulator(options: KlingSimulatorOptions = {}): Promise<KlingSimulator> {
  const { clock = new RealClock(), linkLifetimeMs = THIRTY_DAYS_MS } = options;
  const random = new SeededRandom(options.seed ?? 1);
  const accounts = (options.accounts ?? [{}]).map((account) => ({ ...DEMO_ACCOUNT, ...account }));
  const now = (): number => clock.now();
  const faults = new FaultScript(random);
  const links = new ResultLinks(now);
  const sender = new CallbackSender(clock);
  const link = (task: KlingTask): string => links.make(task.id, linkLifetimeMs);
  const callbacks = new KlingCallbacks(sender, link, options.signLegacyCallbacks ?? false);
  const times = {
    queueMs: options.queueMs ?? [500, 2_000],
    runMs: options.runMs ?? [4_000, 12_000],
  } as const;
  const tasks = new KlingTasks(clock, random, times, (task) => callbacks.changed(task));
  const controlled: Controlled = {
    tasks: () => tasks.all().map(toSimTask),
    callbacks: () => sender.sent,
    script: (fault: Fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    credential: () => credentialFields(accounts[0]),
  };
  const routes = new KlingRoutes({
    ...{ accounts, tasks, links, now, linkLifetimeMs },
    media: new ResultMedia(options.media),
    requestsPerSecond: options.requestsPerSecond ?? Infinity,
  });
  const server = new SimServer({ routes, faults, clock, controlled, port: options.port ?? 0 });
  links.baseUrl = await server.start();
  return {
    ...controlled,
    url: links.baseUrl,
    accounts,
    requests: () => server.log.list(),
    failures: () => server.failures,
    stop: async () => {
      sender.stop();
      clock.stop();
      await server.stop();
    },
  };
}

function credentialFields(account: KlingAccount | undefined): Readonly<Record<string, string>> {
  const [apiKey] = account?.apiKeys ?? [];
  const webhookSecret = account?.webhookSecret ?? undefined;
  return {
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(webhookSecret === undefined ? {} : { webhookSecret }),
  };
}

const toSimTask = (task: KlingTask): SimTask => ({
  taskId: task.id,
  externalId: task.order.externalId,
  account: task.account.name,
  status: task.state,
  createdAt: task.createdAt,
  finishedAt: task.state === 'succeeded' || task.state === 'failed' ? task.updatedAt : null,
  cost: task.charged,
});
