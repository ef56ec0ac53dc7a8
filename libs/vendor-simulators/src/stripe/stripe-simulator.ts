import type { Controlled, SimTask } from '../core/control-routes';
import { FaultScript, type Fault } from '../core/faults';
import type { LoggedRequest } from '../core/request-log';
import { SeededRandom } from '../core/seeded-random';
import { RealClock, type SimClock } from '../core/sim-clock';
import { SimServer } from '../core/sim-server';
import { Checkout } from './checkout';
import { Invoices } from './invoices';
import { Payments } from './payments';
import type { StripeParts } from './stripe-api';
import { runCommand, type StripeCommand } from './stripe-control';
import type { SimEvent, SimPaymentIntent } from './stripe-objects';
import { StripeRoutes } from './stripe-routes';
import { StripeWorld } from './stripe-world';
import { Subscriptions } from './subscriptions';
import { Webhooks, type Delivery } from './webhooks';

/** Accepted by the simulator, and by nobody else. */
export const STRIPE_DEMO_KEY = 'sk_test_simulated_by_shotloom';
export const STRIPE_DEMO_WEBHOOK_SECRET = 'whsec_simulated_by_shotloom';

export interface StripeSimulatorOptions {
  /** 0 or missing: any free port. */
  readonly port?: number;
  /** Of the chances of faults. Default 1. */
  readonly seed?: number;
  readonly clock?: SimClock;
  readonly secretKeys?: readonly string[];
}

/** A running simulator of Stripe, and all that a test may see and do at it. */
export interface StripeSimulator extends Controlled {
  readonly url: string;
  readonly world: StripeWorld;
  readonly webhooks: Webhooks;
  /** What happens at Stripe by itself; the same as `POST /_control`. */
  readonly run: (command: StripeCommand) => object;
  readonly events: (type?: string) => readonly SimEvent[];
  /** Sends an event again, or for the first time where deliveries are held. Resolves with the answers; null: none. */
  readonly deliver: (event: SimEvent, delivery?: Delivery) => Promise<readonly (number | null)[]>;
  readonly requests: () => readonly LoggedRequest[];
  /** What its own handlers threw: a mistake of the simulator. */
  readonly failures: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** Starts a server on 127.0.0.1 that answers as Stripe's API reference says, and has pages to pay at. */
export async function startStripeSimulator(options: StripeSimulatorOptions = {}): Promise<StripeSimulator> {
  const { clock = new RealClock(), secretKeys = [STRIPE_DEMO_KEY] } = options;
  const faults = new FaultScript(new SeededRandom(options.seed ?? 1));
  const world = new StripeWorld(() => clock.now());
  const payments = new Payments(world);
  const subscriptions = new Subscriptions(world, new Invoices(world, payments));
  const webhooks = new Webhooks(clock);
  const checkout = new Checkout(world, payments, subscriptions);
  const parts: StripeParts = { world, payments, subscriptions, checkout, webhooks };
  world.onEvent = (event) => webhooks.announce(event);
  const controlled: Controlled = {
    tasks: () => world.intents.all().map(toTask),
    callbacks: () => webhooks.sent,
    script: (fault: Fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    credential: () => ({ secretKey: secretKeys[0] ?? '' }),
  };
  const routes = new StripeRoutes(parts, secretKeys);
  const server = new SimServer({ routes, faults, clock, controlled, port: options.port ?? 0 });
  world.baseUrl = await server.start();
  return {
    ...controlled,
    url: world.baseUrl,
    world,
    webhooks,
    run: (command) => runCommand(parts, command),
    events: (type) => world.events.all().filter((event) => type === undefined || event.type === type),
    deliver: (event, delivery) => webhooks.send(event, delivery),
    requests: () => server.log.list(),
    failures: () => server.failures,
    stop: async () => {
      webhooks.stop();
      clock.stop();
      await server.stop();
    },
  };
}

function toTask(intent: SimPaymentIntent): SimTask {
  return {
    taskId: intent.id,
    externalId: null,
    account: intent.customer ?? '',
    status: intent.status,
    createdAt: intent.created * 1000,
    finishedAt: intent.status === 'succeeded' ? intent.created * 1000 : null,
    cost: `${intent.amount_received} ${intent.currency}`,
  };
}
