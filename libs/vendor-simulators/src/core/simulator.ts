import { CallbackSender } from './callback-sender';
import type { Controlled, SimTask } from './control-routes';
import { FaultScript, type Fault } from './faults';
import type { LoggedRequest } from './request-log';
import { ResultLinks } from './result-links';
import { ResultMedia, type MediaOptions } from './result-media';
import { SeededRandom } from './seeded-random';
import { RealClock, type SimClock } from './sim-clock';
import { SimServer, type VendorRoutes } from './sim-server';
import type { SimAccount, SimOrder, SimTimes, TaskBook } from './task-book';

/** What every simulator can be told; a vendor adds its own. */
export interface SimulatorOptions extends Partial<SimTimes> {
  /** 0 or missing: any free port. */
  readonly port?: number;
  /** Where it listens; 127.0.0.1 unless told. */
  readonly host?: string | undefined;
  /** How others reach it, where that is not where it listens; without a slash at its end. */
  readonly publicUrl?: string | undefined;
  /** Latencies and chances are the same for the same seed. Default 1. */
  readonly seed?: number;
  readonly clock?: SimClock;
  /** Milliseconds; the vendor's own by default. */
  readonly linkLifetimeMs?: number;
  readonly media?: MediaOptions;
}

/** A running simulator, and all that a test may see and script. */
export interface Simulator<A> extends Controlled {
  readonly url: string;
  /** May be changed while it runs, for example to rotate a key. */
  readonly accounts: readonly A[];
  readonly requests: () => readonly LoggedRequest[];
  /** What its own handlers threw: a mistake of the simulator. */
  readonly failures: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** What a vendor's parts are made of. */
export interface SimWorld {
  readonly clock: SimClock;
  readonly random: SeededRandom;
  readonly times: SimTimes;
  readonly sender: CallbackSender;
  readonly links: ResultLinks;
  readonly media: ResultMedia;
  readonly now: () => number;
}

/** What a vendor brings. */
export interface SimVendor<A extends SimAccount, O extends SimOrder> {
  readonly accounts: readonly A[];
  readonly tasks: TaskBook<A, O>;
  readonly routes: VendorRoutes;
  /** The fields of a credential that it accepts, named as the adapter of the vendor reads them. */
  readonly credential: () => Readonly<Record<string, string>>;
}

const QUEUE_MS = [500, 2_000] as const;
const RUN_MS = [4_000, 12_000] as const;

/** Starts a vendor's server, with time, chance, faults, results and callbacks as all simulators have them. */
export async function startSimulator<A extends SimAccount, O extends SimOrder>(
  options: SimulatorOptions,
  makeVendor: (world: SimWorld) => SimVendor<A, O>,
): Promise<Simulator<A>> {
  const { clock = new RealClock(), queueMs = QUEUE_MS, runMs = RUN_MS } = options;
  const random = new SeededRandom(options.seed ?? 1);
  const now = (): number => clock.now();
  const faults = new FaultScript(random);
  const links = new ResultLinks(now);
  const sender = new CallbackSender(clock);
  const media = new ResultMedia(options.media);
  const times = { queueMs, runMs };
  const vendor = makeVendor({ clock, random, times, sender, links, media, now });
  const controlled: Controlled = {
    tasks: () => vendor.tasks.all().map(toSimTask),
    callbacks: () => sender.sent,
    script: (fault: Fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    credential: vendor.credential,
  };
  const { routes } = vendor;
  const { port = 0, host, publicUrl } = options;
  const server = new SimServer({ routes, faults, clock, controlled, port, host, publicUrl });
  links.baseUrl = await server.start();
  return {
    ...controlled,
    url: links.baseUrl,
    accounts: vendor.accounts,
    requests: () => server.log.list(),
    failures: () => server.failures,
    stop: async () => {
      sender.stop();
      clock.stop();
      await server.stop();
    },
  };
}

type Task = ReturnType<TaskBook<SimAccount, SimOrder>['all']>[number];

const toSimTask = (task: Task): SimTask => ({
  taskId: task.id,
  externalId: task.order.externalId,
  account: task.account.name,
  status: task.state,
  createdAt: task.createdAt,
  finishedAt: task.state === 'submitted' || task.state === 'processing' ? null : task.updatedAt,
  cost: task.charged,
});
