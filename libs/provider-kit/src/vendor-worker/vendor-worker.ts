import { hostname } from 'node:os';
import type { Bus, Consumption, Responder } from '@shotloom/bus';
import {
  balanceRpc,
  pollsConsumer,
  providerCallbackRpc,
  testConnectionRpc,
  workCancelConsumer,
  workSubmitConsumer,
  type PayloadOf,
  type pollBatchV1,
  type workCancelV1,
  type workSubmitV1,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import type { ObjectStore } from '@shotloom/object-store';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import type { VendorAdapter } from '../vendor';
import { WorkDirs } from '../work-dirs';
import { readBalance } from './balance';
import { CallbackHandler } from './callback-handler';
import { CancelHandler } from './cancel-handler';
import { testConnection } from './connection-test';
import { CredentialCache, type CredentialCacheOptions } from './credential-cache';
import { PollHandler } from './poll-handler';
import { SubmitHandler } from './submit-handler';
import type { MediaUrl } from './vendor-inputs';
import { vendorMetrics } from './vendor-metrics';
import { VideoFetcher } from './video-fetcher';
import type { WorkerParts } from './worker-parts';

export interface VendorWorkerOptions {
  readonly adapter: VendorAdapter;
  readonly bus: Bus;
  readonly objectStore: ObjectStore;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  /** Submits, and poll messages, at the same time; no more messages than that are taken. */
  readonly submitConcurrency: number;
  readonly pollConcurrency: number;
  /** Where a vendor can fetch an input; without it inputs go inline. */
  readonly mediaUrl?: MediaUrl;
  /** Unique among workers; by default host, pid and something random. */
  readonly workerId?: string;
  /** How long `stop()` lets sends under way finish (default 10 s); what has not is then reported as uncertain. Milliseconds. */
  readonly stopGraceMs?: number;
  readonly credentials?: CredentialCacheOptions;
  /** Where pictures that are made for the vendor lie meanwhile (default: the system's). */
  readonly tempBase?: string;
}

const CANCEL_CONCURRENCY = 4;
const STOP_GRACE_MS = 10_000;
/** How long after the grace reports are still tried while NATS does not take them. Milliseconds. */
const LAST_REPORTS_MS = 5_000;

/**
 * Stands between job-orchestrator and one vendor, until `stop()`: sends attempts behind the fence, polls, cancels, reads callbacks and
 * tests keys. Keeps nothing of a job while it is at the vendor: any worker of the provider can do the next step.
 */
export async function runVendorWorker(options: VendorWorkerOptions): Promise<{ stop(): Promise<void> }> {
  const { adapter, bus, logger } = options;
  const { provider } = adapter;
  const parts: WorkerParts = {
    ...{ adapter, bus, logger, mediaUrl: options.mediaUrl, objectStore: options.objectStore },
    metrics: vendorMetrics(options.metrics, provider),
    credentials: new CredentialCache(bus, provider, options.credentials),
    workDirs: await WorkDirs.open(provider, options.tempBase),
    workerId: options.workerId ?? `${hostname()}:${process.pid}:${newId()}`,
  };
  const submits = new SubmitHandler(parts);
  const fetcher = new VideoFetcher(parts);
  const stopGraceMs = options.stopGraceMs ?? STOP_GRACE_MS;
  const consumptions = await consumeAll(parts, submits, new PollHandler(parts, fetcher), options);
  const responders = respondAll(parts);
  return {
    stop: async () => {
      await Promise.all([stopAll(submits, consumptions, responders, stopGraceMs), fetcher.stop()]);
    },
  };
}

/** Each consumer has one contract, which the bus has parsed. */
function consumeAll(
  parts: WorkerParts,
  submits: SubmitHandler,
  polls: PollHandler,
  { submitConcurrency, pollConcurrency }: VendorWorkerOptions,
): Promise<Consumption[]> {
  const { bus, adapter } = parts;
  const { provider } = adapter;
  const cancels = new CancelHandler(parts);
  return Promise.all([
    bus.consume(
      workSubmitConsumer(provider),
      ({ payload }) => submits.handle(payload as PayloadOf<typeof workSubmitV1>),
      { concurrency: submitConcurrency },
    ),
    bus.consume(
      pollsConsumer(provider),
      ({ payload, envelope }) => polls.handle(payload as PayloadOf<typeof pollBatchV1>, envelope),
      { concurrency: pollConcurrency },
    ),
    bus.consume(
      workCancelConsumer(provider),
      ({ payload, envelope }) => cancels.handle(payload as PayloadOf<typeof workCancelV1>, envelope),
      { concurrency: CANCEL_CONCURRENCY },
    ),
  ]);
}

function respondAll(parts: WorkerParts): Responder[] {
  const { bus, adapter } = parts;
  const callbacks = new CallbackHandler(parts);
  return [
    bus.respond(providerCallbackRpc(adapter.provider), (callback, context) =>
      callbacks.handle(callback, context),
    ),
    bus.respond(testConnectionRpc(adapter.provider), (ref) => testConnection(parts, ref)),
    bus.respond(balanceRpc(adapter.provider), (ref) => readBalance(parts, ref)),
  ];
}

async function stopAll(
  submits: SubmitHandler,
  consumptions: readonly Consumption[],
  responders: readonly Responder[],
  graceMs: number,
): Promise<void> {
  submits.stop();
  const timers = [
    setTimeout(() => submits.abandonSends(), graceMs),
    setTimeout(() => submits.abandonReports(), graceMs + LAST_REPORTS_MS),
  ];
  await Promise.all([...consumptions, ...responders].map((part) => part.stop()));
  for (const timer of timers) clearTimeout(timer);
}
