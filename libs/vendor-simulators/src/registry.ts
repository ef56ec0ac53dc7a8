import type { Simulator, SimulatorOptions } from './core/simulator';
import { startHailuoSimulator } from './hailuo/hailuo-simulator';
import { startKlingSimulator } from './kling/kling-simulator';
import { startLovartSimulator } from './lovart/lovart-simulator';
import { startReplicateSimulator } from './replicate/replicate-simulator';
import { startRunwaySimulator } from './runway/runway-simulator';
import { startSoraSimulator } from './sora/sora-simulator';
import { startYunwuSimulator } from './yunwu/yunwu-simulator';

/** What the command line can say of any vendor. */
export interface StartOptions extends SimulatorOptions {
  /** Open tasks an account. */
  readonly concurrency: number;
}

type Start = (options: StartOptions) => Promise<Simulator<unknown>>;

/** Every vendor that can be simulated, by its provider id: a line here, and the platform can start it. */
export const SIMULATORS: Readonly<Record<string, Start>> = {
  kling: ({ concurrency, ...options }) => startKlingSimulator({ ...options, accounts: [{ concurrency }] }),
  hailuo: ({ concurrency, ...options }) => startHailuoSimulator({ ...options, accounts: [{ concurrency }] }),
  lovart: ({ concurrency, ...options }) => startLovartSimulator({ ...options, accounts: [{ concurrency }] }),
  // It queues whatever comes, so that there is no number of open tasks.
  replicate: ({ concurrency: _, ...options }) => startReplicateSimulator(options),
  runway: ({ concurrency, ...options }) => startRunwaySimulator({ ...options, accounts: [{ concurrency }] }),
  sora: ({ concurrency, ...options }) => startSoraSimulator({ ...options, accounts: [{ concurrency }] }),
  yunwu: ({ concurrency, ...options }) => startYunwuSimulator({ ...options, accounts: [{ concurrency }] }),
};

export const SIMULATED_VENDORS: readonly string[] = Object.keys(SIMULATORS);
