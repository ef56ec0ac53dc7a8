import { startSimulator, type Simulator, type SimulatorOptions } from '../core/simulator';
import { TaskBook } from '../core/task-book';
import { TaskCallbacks } from '../core/task-callbacks';
import { HAILUO_DEMO_ACCOUNT, type HailuoAccount } from './hailuo-accounts';
import type { HailuoOrder, HailuoTask } from './hailuo-order';
import { fileIdOf, HailuoRoutes } from './hailuo-routes';
import { v1View, v2View } from './hailuo-views';

export interface HailuoSimulatorOptions extends SimulatorOptions {
  /** Default: one, with the key that the README names. */
  readonly accounts?: readonly Partial<HailuoAccount>[];
  /** Creates a minute and account; more get 1002. The vendor's own limit is 5. Default: no limit. */
  readonly createsPerMinute?: number;
}
export type HailuoSimulator = Simulator<HailuoAccount>;

const NINE_HOURS_MS = 9 * 3600 * 1000;
const FAILING_WORDS = 'video generation failed: output sensitive';

/** Starts a server on 127.0.0.1 that answers as MiniMax's documentation says, v1 and v2. */
export function startHailuoSimulator(options: HailuoSimulatorOptions = {}): Promise<HailuoSimulator> {
  const { linkLifetimeMs = NINE_HOURS_MS, createsPerMinute = Infinity } = options;
  const accounts = (options.accounts ?? [{}]).map((account) => ({ ...HAILUO_DEMO_ACCOUNT, ...account }));
  return startSimulator(options, ({ clock, random, times, sender, links, media, now }) => {
    const callbacks = new TaskCallbacks<HailuoAccount, HailuoOrder>(sender, {
      bodyOf: (task, forgedUrl) =>
        bodyOf(task, forgedUrl ?? links.make(task.id, linkLifetimeMs), forgedUrl !== null),
      secretFor: () => null,
    });
    const onChange = (task: HailuoTask): void => callbacks.changed(task);
    const tasks = new TaskBook<HailuoAccount, HailuoOrder>({
      ...{ clock, random, times, onChange, failingWords: FAILING_WORDS },
    });
    const routes = new HailuoRoutes({
      ...{ accounts, tasks, links, media, now, linkLifetimeMs, createsPerMinute },
    });
    return { accounts, tasks, routes, credential: () => ({ apiKey: accounts[0]?.apiKeys[0] ?? '' }) };
  });
}

/** A forged one says that the task has succeeded, and names a file that is somebody else's. */
function bodyOf(task: HailuoTask, url: string, isForged: boolean): Record<string, unknown> {
  const shown: HailuoTask = isForged ? { ...task, state: 'succeeded' } : task;
  if (task.order.api === 'v2') return { task: v2View(shown, url) };
  return v1View(shown, isForged ? '999' : fileIdOf(task), true);
}
