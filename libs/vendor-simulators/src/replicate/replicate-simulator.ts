import { createHash } from 'node:crypto';
import { startSimulator, type Simulator, type SimulatorOptions } from '../core/simulator';
import { TaskCallbacks } from '../core/task-callbacks';
import { REPLICATE_DEMO_ACCOUNT, type ReplicateAccount } from './replicate-accounts';
import { ReplicateFiles } from './replicate-files';
import { REPLICATE_MODELS, type ReplicateModel } from './replicate-models';
import type { ReplicateOrder, ReplicateTask } from './replicate-order';
import { ReplicateRoutes } from './replicate-routes';
import { ReplicateTasks } from './replicate-tasks';
import { KEPT_MS, predictionView } from './replicate-views';

export interface ReplicateSimulatorOptions extends SimulatorOptions {
  /** Default: one, with the token that the README names. */
  readonly accounts?: readonly Partial<ReplicateAccount>[];
  /** Beside those that are known, for example an account's own. */
  readonly models?: readonly ReplicateModel[];
  /** Creates a minute and account; more get 429. The vendor's own limit is 600. Default: no limit. */
  readonly createsPerMinute?: number;
  /** All other calls. The vendor's own limit is 3000. Default: no limit. */
  readonly requestsPerMinute?: number;
}
export type ReplicateSimulator = Simulator<ReplicateAccount>;

const FAILING_WORDS = 'Prediction interrupted; please retry (code: PA)';
const EXPIRED_MS = -1_000;
const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz012345';
const ID_LENGTH = 26;

/** Starts a server on 127.0.0.1 that answers as Replicate's documentation says. */
export function startReplicateSimulator(
  options: ReplicateSimulatorOptions = {},
): Promise<ReplicateSimulator> {
  const { linkLifetimeMs = KEPT_MS, createsPerMinute = Infinity, requestsPerMinute = Infinity } = options;
  const accounts = (options.accounts ?? [{}]).map((account) => ({ ...REPLICATE_DEMO_ACCOUNT, ...account }));
  const models = [...REPLICATE_MODELS, ...(options.models ?? [])];
  return startSimulator(options, ({ clock, random, times, sender, links, media, now }) => {
    const view = (task: ReplicateTask, expired = false, link?: string): Record<string, unknown> =>
      predictionView(task, tasks.runOf(task), {
        ...{ now: now(), baseUrl: links.baseUrl, usualRunMs: Math.max(1, times.runMs[1]) },
        link: () =>
          link ?? links.make(task.id, expired ? EXPIRED_MS : task.updatedAt + linkLifetimeMs - now()),
      });
    const callbacks = new TaskCallbacks<ReplicateAccount, ReplicateOrder>(sender, {
      bodyOf: (task, forgedUrl) =>
        forgedUrl === null ? view(task) : view({ ...task, state: 'succeeded' }, false, forgedUrl),
      secretFor: ({ account }) => account.webhookSecret,
    });
    const tasks: ReplicateTasks = new ReplicateTasks({
      ...{ clock, random, times, failingWords: FAILING_WORDS, toId },
      onChange: (task) => callbacks.changed(task),
    });
    const files = new ReplicateFiles(now, () => links.baseUrl);
    const routes = new ReplicateRoutes({
      ...{ accounts, models, tasks, files, links, media, now, view, createsPerMinute, requestsPerMinute },
    });
    return { accounts, tasks, routes, credential: () => credentialFields(accounts[0]) };
  });
}

/** Like the vendor's: 26 small letters and digits. */
function toId(number: bigint): string {
  const bytes = createHash('sha256').update(String(number)).digest().subarray(0, ID_LENGTH);
  return [...bytes].map((byte) => ID_LETTERS[byte % ID_LETTERS.length]).join('');
}

const credentialFields = (account: ReplicateAccount | undefined): Readonly<Record<string, string>> => ({
  apiToken: account?.apiKeys[0] ?? '',
  webhookSecret: account?.webhookSecret ?? '',
});
