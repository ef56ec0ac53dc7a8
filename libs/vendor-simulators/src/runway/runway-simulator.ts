import { createHash } from 'node:crypto';
import { startSimulator, type Simulator, type SimulatorOptions } from '../core/simulator';
import { TaskBook } from '../core/task-book';
import { RUNWAY_DEMO_ACCOUNT, type RunwayAccount } from './runway-accounts';
import type { RunwayOrder, RunwayTask } from './runway-order';
import { RunwayRoutes } from './runway-routes';
import { RunwayUploads } from './runway-uploads';
import { creditsOf, taskView } from './runway-views';

export interface RunwaySimulatorOptions extends SimulatorOptions {
  /** Default: one, with the key that the README names. */
  readonly accounts?: readonly Partial<RunwayAccount>[];
}
export type RunwaySimulator = Simulator<RunwayAccount>;

/** The vendor says 24 to 48 hours. */
const DAY_MS = 24 * 3_600_000;
const EXPIRED_MS = -1_000;
const FAILING_WORDS = 'INTERNAL: An unexpected error occurred.';

/** Starts a server on 127.0.0.1 that answers as Runway's documentation and the types of its client say. */
export function startRunwaySimulator(options: RunwaySimulatorOptions = {}): Promise<RunwaySimulator> {
  const { linkLifetimeMs = DAY_MS } = options;
  const accounts = (options.accounts ?? [{}]).map((account) => ({ ...RUNWAY_DEMO_ACCOUNT, ...account }));
  return startSimulator(options, ({ clock, random, times, links, media, now }) => {
    const tasks = new TaskBook<RunwayAccount, RunwayOrder>({
      ...{ clock, random, times, failingWords: FAILING_WORDS, toId },
      slotsFor: ({ account }) => account.concurrency,
      onChange: chargeFailure,
    });
    const view = (task: RunwayTask, expired: boolean): Record<string, unknown> =>
      taskView(task, {
        ...{ now: now(), isHeld: tasks.isHeld(task), usualRunMs: Math.max(1, times.runMs[1]) },
        link: () => links.make(task.id, expired ? EXPIRED_MS : linkLifetimeMs),
      });
    const uploads = new RunwayUploads(now, () => links.baseUrl);
    const routes = new RunwayRoutes({ accounts, tasks, uploads, links, media, now, view });
    return { accounts, tasks, routes, credential: () => ({ apiKey: accounts[0]?.apiKeys[0] ?? '' }) };
  });
}

/** What is not refunded is taken also where nothing came of it. */
function chargeFailure(task: RunwayTask): void {
  if (task.state !== 'failed') return;
  task.charged = `${creditsOf(task)}`;
  task.account.units -= creditsOf(task);
}

/** A UUID, the same for the same number. */
function toId(number: bigint): string {
  const hex = createHash('sha256').update(String(number)).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
