import type { ConsumerSpec } from '@shotloom/contracts';
import type { ConsumeOptions, Consumption, MessageHandler } from './bus';
import type { Connection } from './connection';
import type { Delivery } from './delivery';
import { MessageRunner } from './message-runner';
import type { BusMetrics } from './metrics';
import { PullLoop } from './pull-loop';
import { Rescue } from './rescue';

const GRACE_MS = 15_000;
const UNKNOWN_TYPE_DELAY_MS = 60_000;
const RESCUE_SWEEP_MS = 60_000;

/** One durable consumer handled by this process, with a bound on what runs at the same time. */
export class RunningConsumption implements Consumption {
  private readonly running = new Set<Promise<void>>();
  private readonly runner: MessageRunner;
  private readonly loop: PullLoop;
  private readonly rescue: Rescue;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly metrics: BusMetrics,
    private readonly spec: ConsumerSpec,
    handler: MessageHandler,
    private readonly options: ConsumeOptions,
  ) {
    const unknownTypeDelayMs = options.unknownTypeDelayMs ?? UNKNOWN_TYPE_DELAY_MS;
    const { isWanted } = options;
    this.runner = new MessageRunner(connection, metrics, { spec, handler, unknownTypeDelayMs, isWanted });
    this.loop = new PullLoop(connection, {
      stream: spec.stream,
      consumer: () => spec.durable,
      capacity: () => this.concurrency() - this.running.size,
      onDelivery: (delivery) => this.take(delivery),
    });
    this.rescue = new Rescue(connection, metrics, spec, options.rescueSweepMs ?? RESCUE_SWEEP_MS);
  }

  get inFlight(): number {
    return this.running.size;
  }

  async start(): Promise<void> {
    this.metrics.consumes(this.spec.stream, this.spec.durable);
    await this.rescue.start();
    this.loop.start();
  }

  stop(): Promise<void> {
    this.stopping ??= this.finish();
    return this.stopping;
  }

  private concurrency(): number {
    const { concurrency } = this.options;
    return typeof concurrency === 'function' ? concurrency() : concurrency;
  }

  private take(delivery: Delivery): void {
    const { stream, durable } = this.spec;
    this.metrics.inFlight(stream, durable, 1);
    const work = this.runner.run(delivery).finally(() => {
      this.running.delete(work);
      this.metrics.inFlight(stream, durable, -1);
      this.loop.wake();
    });
    this.running.add(work);
  }

  private async finish(): Promise<void> {
    await this.loop.stop();
    const grace = setTimeout(
      () => this.runner.abortAll('the service is stopping'),
      this.options.graceMs ?? GRACE_MS,
    );
    await Promise.all(this.running);
    clearTimeout(grace);
    await this.rescue.stop();
    // The acks are on the wire only after a flush, and an ack that is not sent is a message handled twice.
    if (this.connection.isConnected()) await this.connection.nc.flush();
  }
}
