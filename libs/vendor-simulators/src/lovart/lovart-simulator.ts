import { startSimulator, type Simulator, type SimulatorOptions } from '../core/simulator';
import { TaskBook } from '../core/task-book';
import { LOVART_DEMO_ACCOUNT, type LovartAccount } from './lovart-accounts';
import type { LovartOrder } from './lovart-order';
import { LovartProjects } from './lovart-projects';
import { LovartRoutes } from './lovart-routes';

export interface LovartSimulatorOptions extends SimulatorOptions {
  /** Default: one, with the keys that the README names. */
  readonly accounts?: readonly Partial<LovartAccount>[];
  /** Milliseconds until a new project is valid; default 2,000. */
  readonly projectReadyMs?: number;
}
export type LovartSimulator = Simulator<LovartAccount>;

/** The vendor does not say how long its links live. */
const WEEK_MS = 7 * 24 * 3_600_000;
const EXPIRED_MS = -1_000;
const READY_MS = 2_000;

/** Starts a server on 127.0.0.1 that answers as Lovart's official skill says. */
export function startLovartSimulator(options: LovartSimulatorOptions = {}): Promise<LovartSimulator> {
  const { linkLifetimeMs = WEEK_MS, projectReadyMs = READY_MS } = options;
  const accounts = (options.accounts ?? [{}]).map((account) => ({ ...LOVART_DEMO_ACCOUNT, ...account }));
  return startSimulator(options, ({ clock, random, times, links, media, now }) => {
    const awaiting = new Set<string>();
    const tasks = new TaskBook<LovartAccount, LovartOrder>({
      ...{ clock, random, times, onChange: () => undefined },
      failingWords: 'I could not make this video.',
      slotsFor: ({ id }) => (awaiting.has(id) ? 0 : Infinity),
    });
    const projects = new LovartProjects(now, projectReadyMs, () => links.baseUrl);
    const routes = new LovartRoutes({
      ...{ accounts, tasks, projects, awaiting, links, media, now },
      linkFor: ({ id }, expired) => links.make(id, expired ? EXPIRED_MS : linkLifetimeMs),
    });
    return { accounts, tasks, routes, credential: () => ({ ...accounts[0]?.keys[0] }) };
  });
}
