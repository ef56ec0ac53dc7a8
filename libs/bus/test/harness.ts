import { newId } from '@shotloom/kernel';
import { defineMessage, defineRpc, STREAMS, type ConsumerSpec, type StreamSpec } from '@shotloom/contracts';
import { createMetrics, type MetricsRegistry } from '@shotloom/service-kit';
import { silentLogger, startNats, waitFor, type NatsServer } from '@shotloom/testing';
import { z } from 'zod';
import { applyTopology, connectBus, type Bus } from '@shotloom/bus';

export const thingHappened = defineMessage('thing.happened.v1', z.looseObject({ n: z.number() }));
export const thingHappenedV2 = defineMessage('thing.happened.v2', z.looseObject({ n: z.number() }));
export const double = defineRpc(
  'rpc.maths.double',
  z.looseObject({ n: z.number() }),
  z.looseObject({ result: z.number() }),
  1_000,
);

export const workStream: StreamSpec = {
  name: 'WORK',
  subjects: ['work.>'],
  retention: 'workqueue',
  storage: 'file',
};
export const eventStream: StreamSpec = {
  name: 'JOBS',
  subjects: ['jobs.>'],
  retention: 'limits',
  storage: 'file',
};

/** A consumer with short waits, so that a test sees a redelivery soon. */
export function workConsumer(changes: Partial<ConsumerSpec> = {}): ConsumerSpec {
  return {
    stream: 'WORK',
    durable: 'worker',
    filter: 'work.a.submit',
    ackWaitMs: 2_000,
    maxDeliver: 3,
    backoffMs: [50, 100],
    contracts: [thingHappened],
    ...changes,
  };
}

/** A NATS server of a test's own, since these tests kill it, and buses that are drained at the end. */
export class Harness {
  private readonly buses: Bus[] = [];

  private constructor(readonly nats: NatsServer) {}

  static async start(): Promise<Harness> {
    return new Harness(await startNats());
  }

  async bus(name = 'tester', metrics?: MetricsRegistry): Promise<Bus> {
    const options = { url: this.nats.url, name, logger: silentLogger() };
    const bus = await connectBus(metrics === undefined ? options : { ...options, metrics });
    this.buses.push(bus);
    return bus;
  }

  /** A bus on a server with the given consumers and all streams. */
  async busWith(...consumers: ConsumerSpec[]): Promise<Bus> {
    const bus = await this.bus();
    await applyTopology(bus, { streams: [workStream, eventStream, STREAMS.dead], consumers });
    return bus;
  }

  /** Kills the server and keeps its data, for a restart. */
  async kill(): Promise<void> {
    process.kill(this.nats.pid, 'SIGKILL');
    await this.nats.exited;
  }

  async stop(): Promise<void> {
    await Promise.all(this.buses.map((bus) => bus.drain()));
    await this.nats.stop();
  }
}

/** Publishes `thing.happened.v1` with numbers, one after the other. */
export async function publishNumbers(bus: Bus, subject: string, numbers: readonly number[]): Promise<void> {
  for (const n of numbers) await bus.publish(thingHappened, { n }, { subject, correlationId: newId() });
}

/** Publishes what may not be a message of ours. */
export function numberOf(payload: unknown): number {
  return z.looseObject({ n: z.number() }).parse(payload).n;
}

export function metricsOf(): MetricsRegistry {
  return createMetrics('tester');
}

export async function untilConnected(bus: Bus): Promise<void> {
  await waitFor(() => bus.isConnected(), { what: 'the bus to be connected again' });
}

export function range(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}
