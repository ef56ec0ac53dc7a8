import { startSimulator, type Simulator, type SimulatorOptions } from '../core/simulator';
import { TaskCallbacks } from '../core/task-callbacks';
import { DEMO_ACCOUNT, type KlingAccount } from './kling-accounts';
import type { KlingOrder } from './kling-order';
import { KlingRoutes } from './kling-routes';
import { KlingTasks, type KlingTask } from './kling-tasks';
import { legacyView, standardView, type LinkMaker } from './task-views';

export interface KlingSimulatorOptions extends SimulatorOptions {
  /** Default: one, with the keys that the README names. */
  readonly accounts?: readonly Partial<KlingAccount>[];
  /** Requests a second and account; more get 1302. Default: no limit. */
  readonly requestsPerSecond?: number;
  /** Whether callbacks of the old generation are signed; the vendor does not say. Default false. */
  readonly signLegacyCallbacks?: boolean;
}
export type KlingSimulator = Simulator<KlingAccount>;

const THIRTY_DAYS_MS = 30 * 24 * 3600 * 1000;
const FAILING_WORDS = 'Failure to pass the risk control system';

/** Starts a server on 127.0.0.1 that answers as Kling's documentation says, in both generations. */
export function startKlingSimulator(options: KlingSimulatorOptions = {}): Promise<KlingSimulator> {
  const { linkLifetimeMs = THIRTY_DAYS_MS, signLegacyCallbacks = false } = options;
  const accounts = (options.accounts ?? [{}]).map((account) => ({ ...DEMO_ACCOUNT, ...account }));
  return startSimulator(options, ({ clock, random, times, sender, links, media, now }) => {
    const link: LinkMaker = (task) => links.make(task.id, linkLifetimeMs);
    const callbacks = new TaskCallbacks<KlingAccount, KlingOrder>(sender, {
      bodyOf: (task, forgedUrl) => bodyOf(task, forgedUrl, link),
      secretFor: ({ order, account }) =>
        order.generation === 'legacy' && !signLegacyCallbacks ? null : account.webhookSecret,
    });
    const onChange = (task: KlingTask): void => callbacks.changed(task);
    const tasks = new KlingTasks({ clock, random, times, onChange, failingWords: FAILING_WORDS });
    const requestsPerSecond = options.requestsPerSecond ?? Infinity;
    const routes = new KlingRoutes({
      ...{ accounts, tasks, links, now, linkLifetimeMs, media, requestsPerSecond },
    });
    return { accounts, tasks, routes, credential: () => credentialFields(accounts[0]) };
  });
}

function bodyOf(task: KlingTask, forgedUrl: string | null, link: LinkMaker): Record<string, unknown> {
  const view = task.order.generation === 'legacy' ? legacyView : standardView;
  if (forgedUrl === null) return view(task, link);
  return view({ ...task, state: 'succeeded', charged: '0' }, () => forgedUrl);
}

function credentialFields(account: KlingAccount | undefined): Readonly<Record<string, string>> {
  const [apiKey] = account?.apiKeys ?? [];
  const webhookSecret = account?.webhookSecret ?? undefined;
  return {
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(webhookSecret === undefined ? {} : { webhookSecret }),
  };
}
