import { connectBus, type Bus } from '@shotloom/bus';
import { stopAllJobsRpc } from '@shotloom/contracts';
import { silentLogger, startPlatform } from '@shotloom/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { Api } from '../support/api';
import { Truth } from '../support/truth';
import { ChaosClient } from './client';
import { Dice } from './dice';
import type { Facts } from './facts';
import { shortenSomeWaits, speakAsNewerVersion } from './other-version';
import { makePlan, POOR_CREDITS, RICH_CREDITS, USERS, type Deed, type PlanOptions } from './plan';
import { untilQuiet } from './quiet';
import { readFacts } from './read-facts';
import { Replays } from './replays';
import { findViolations, type Violation } from './rules';
import { Units } from './units';

export interface ChaosOptions extends PlanOptions {
  /** How long the end may be waited for. Seconds. */
  readonly quietSeconds: number;
  /** A folder with another build of the project for the replicas. */
  readonly otherBuild?: string | undefined;
  /** Where everything is kept after the run; a temporary one when absent. */
  readonly dataDir?: string | undefined;
  readonly say: (text: string) => void;
}

export interface ChaosResult {
  readonly facts: Facts;
  readonly violations: readonly Violation[];
  readonly crashes: readonly string[];
  readonly replayed: number;
  readonly seconds: number;
}

/** Short, so that a run need not wait longer than it must for what was killed; several attempts at a time, so that they meet. */
const SETTINGS = {
  LEASE_SECONDS: '3',
  SEND_SECONDS: '5',
  SWEEP_MS: '300',
  USER_PROVIDER_CONCURRENCY: '5',
  SIMULATOR_ARGS: '--queue-ms 100,500 --run-ms 300,3000 --concurrency 14 --scale 0.1',
};

/** Starts the platform, does everything that the plan says, waits for quiet, and looks. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, otherBuild, dataDir, say } = options;
  const began = performance.now();
  const platform = await startPlatform({
    providers: ['animatic', 'kling'],
    simulate: ['kling'],
    env: { ...SETTINGS, SIMULATOR_ARGS: `${SETTINGS.SIMULATOR_ARGS} --seed ${seed}` },
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  const { runtime } = platform;
  const truth = new Truth(runtime);
  const bus = await connectBus({ url: runtime.natsUrl, name: 'chaos', logger: silentLogger() });
  const units = new Units(platform, otherBuild);
  const replays = new Replays(bus, truth, new Dice(seed + 1));
  const simulator = runtime.simulators['kling'] ?? '';
  try {
    await units.startReplicas();
    await speakAsNewerVersion(truth);
    await shortenSomeWaits(truth);
    const clients = await makeClients(truth, runtime.gatewayUrl);
    await play({ options, units, replays, simulator, clients, bus });
    await fetch(`${simulator}/_sim/faults`, { method: 'DELETE' });
    await units.allUp();
    say('Everything is up again; waiting for quiet.');
    replays.stop();
    await untilQuiet({ truth, bus, simulator, say, timeoutMs: options.quietSeconds * 1_000 });
    const facts = await readFacts({ truth, bus, simulator, clients });
    const seconds = Math.round((performance.now() - began) / 1_000);
    const { crashes } = units;
    return { facts, violations: findViolations(facts), crashes, replayed: replays.count, seconds };
  } finally {
    await units.stop();
    await bus.drain().catch(() => undefined);
    await truth.close();
    await platform.stop();
  }
}

async function makeClients(truth: Truth, gatewayUrl: string): Promise<Map<string, ChaosClient>> {
  const clients = new Map<string, ChaosClient>();
  for (let user = 0; user < USERS; user += 1) {
    const { userId, key } = await truth.addUser(user === USERS - 1 ? POOR_CREDITS : RICH_CREDITS);
    const api = new Api({ gatewayUrl, apiKey: key, userId });
    clients.set(userId, new ChaosClient(api, (await api.upload()).asset_id));
  }
  return clients;
}

interface Stage {
  readonly options: ChaosOptions;
  readonly units: Units;
  readonly replays: Replays;
  readonly simulator: string;
  readonly bus: Bus;
  readonly clients: ReadonlyMap<string, ChaosClient>;
}

/**
 * Each step at its time. What takes long goes on beside the next ones; all of it is awaited at the end. Ends at once where a deed fails,
 * since what was planned does not happen any more.
 */
async function play(stage: Stage): Promise<void> {
  const began = performance.now();
  const underWay: Promise<unknown>[] = [];
  const failed = Promise.withResolvers<never>();
  for (const { at, deed } of makePlan(stage.options)) {
    await Promise.race([delay(Math.max(0, at - (performance.now() - began))), failed.promise]);
    if (deed.do === 'crash') stage.options.say(`${Math.round(at / 1000)} s: ${deed.signal} ${deed.unit}`);
    const done = act(stage, deed);
    done.catch(failed.reject);
    underWay.push(done);
  }
  await Promise.all(underWay);
}

async function act({ units, replays, simulator, clients, bus }: Stage, deed: Deed): Promise<unknown> {
  const client = (user: number): ChaosClient | undefined => [...clients.values()][user];
  switch (deed.do) {
    case 'order':
      if (deed.order.faults.length > 0) await script(simulator, deed.order.faults);
      return client(deed.order.user)?.order(deed.order);
    case 'cancel':
      return client(deed.user)?.cancel(deed.which);
    case 'delete':
      return client(deed.user)?.remove(deed.which);
    case 'stop-all':
      return stopAll(bus, [...clients.keys()][deed.user]);
    case 'fault':
      return script(simulator, deed.fault);
    case 'replay':
      return replays.replay(deed.count);
    case 'crash':
      return units.crash(deed.unit, deed.signal, deed.downMs);
  }
}

/** As an operator would, over the bus: the public API has no way to do it. */
async function stopAll(bus: Bus, userId: string | undefined): Promise<void> {
  if (userId === undefined) return;
  await bus.request(stopAllJobsRpc, { userId }).catch(() => undefined);
}

async function script(simulator: string, faults: unknown): Promise<void> {
  const response = await fetch(`${simulator}/_sim/faults`, { method: 'POST', body: JSON.stringify(faults) });
  if (!response.ok) throw new Error(`A fault was not understood: ${await response.text()}`);
}
