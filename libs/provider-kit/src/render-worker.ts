import { hostname } from 'node:os';
import type { Bus } from '@shotloom/bus';
import { workSubmitConsumer, type PayloadOf, type workSubmitV1 } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import type { ObjectStore } from '@shotloom/object-store';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import { AttemptRunner } from './attempt-runner';
import type { RenderEngine } from './render-engine';
import { WorkDirs } from './work-dirs';
import { workerMetrics } from './worker-metrics';

export interface RenderWorkerOptions {
  readonly engine: RenderEngine;
  readonly bus: Bus;
  readonly objectStore: ObjectStore;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  /** Renders at the same time; no more messages than that are taken. */
  readonly concurrency: number;
  /** Unique among workers; by default host, pid and something random. */
  readonly workerId?: string;
  /** Bytes of one input (default 1 GiB). */
  readonly maxInputBytes?: number;
  /** Where the folders of attempts go (default: the system's). */
  readonly tempBase?: string;
}

const GIBIBYTE = 1024 ** 3;

/**
 * Renders what comes for the engine's provider, until `stop()`: that takes no more messages, ends running renders soon without
 * a report, and hands their messages back; when their leases have lapsed, job-orchestrator dispatches them again.
 */
export async function runRenderWorker(options: RenderWorkerOptions): Promise<{ stop(): Promise<void> }> {
  const { engine, bus, objectStore, logger, concurrency } = options;
  const runner = new AttemptRunner({
    engine,
    bus,
    objectStore,
    logger,
    metrics: workerMetrics(options.metrics, engine.provider),
    workDirs: await WorkDirs.open(engine.provider, options.tempBase),
    workerId: options.workerId ?? `${hostname()}:${process.pid}:${newId()}`,
    maxInputBytes: options.maxInputBytes ?? GIBIBYTE,
  });
  const consumption = await bus.consume(
    workSubmitConsumer(engine.provider),
    // The consumer's only contract is work.submit.v1, which the bus has parsed.
    (message) => runner.run(message.payload as PayloadOf<typeof workSubmitV1>),
    { concurrency },
  );
  return {
    stop: async () => {
      runner.stopAll();
      await consumption.stop();
    },
  };
}
