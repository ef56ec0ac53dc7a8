import { startSimulator, type Simulator, type SimulatorOptions } from '../core/simulator';
import { TaskBook } from '../core/task-book';
import { TaskCallbacks } from '../core/task-callbacks';
import { SORA_DEMO_ACCOUNT, type SoraAccount } from './sora-accounts';
import type { SoraOrder, SoraTask } from './sora-order';
import { SoraRoutes } from './sora-routes';
import { eventOf } from './sora-views';

export interface SoraSimulatorOptions extends SimulatorOptions {
  /** Default: one, with the key that the README names. */
  readonly accounts?: readonly Partial<SoraAccount>[];
  /** Creates a minute and account; more get 429. Default: no limit, since the vendor's numbers are not known. */
  readonly createsPerMinute?: number;
  /** Content is a redirect to a link that needs no key, as gateways do it. Default false: the bytes. */
  readonly redirectsContent?: boolean;
}
export type SoraSimulator = Simulator<SoraAccount>;

const HOUR_MS = 3600 * 1000;
const FAILING_WORDS = 'Video generation failed.';

/** Starts a server on 127.0.0.1 that answers as the documentation of OpenAI's Videos API says. */
export function startSoraSimulator(options: SoraSimulatorOptions = {}): Promise<SoraSimulator> {
  const { linkLifetimeMs = HOUR_MS, createsPerMinute = Infinity, redirectsContent = false } = options;
  const accounts = (options.accounts ?? [{}]).map((account) => ({ ...SORA_DEMO_ACCOUNT, ...account }));
  return startSimulator(options, ({ clock, random, times, sender, links, media, now }) => {
    const callbacks = new TaskCallbacks<SoraAccount, SoraOrder>(sender, {
      bodyOf: (task, forgedUrl) => eventOf(task, forgedUrl !== null),
      secretFor: ({ account }) => account.webhook?.secret ?? null,
    });
    // A project's webhook hears of ends only.
    const onChange = (task: SoraTask): void => {
      if (task.state === 'succeeded' || task.state === 'failed') callbacks.changed(task);
    };
    const tasks = new TaskBook<SoraAccount, SoraOrder>({
      ...{ clock, random, times, onChange, failingWords: FAILING_WORDS },
      toId: (number) => `video_${number.toString(16)}`,
    });
    const routes = new SoraRoutes({
      ...{ accounts, tasks, links, media, now, times, linkLifetimeMs, createsPerMinute, redirectsContent },
    });
    return { accounts, tasks, routes, credential: () => ({ apiKey: accounts[0]?.apiKeys[0] ?? '' }) };
  });
}
