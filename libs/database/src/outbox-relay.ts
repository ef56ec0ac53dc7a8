import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, Pace, type RetryPolicy } from '@shotloom/kernel';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import type { Database } from './database';
import { observeOutbox, type OutboxMetrics } from './database-metrics';
import { publishBatch, type BatchOutcome, type PublishEnvelope } from './outbox-batch';
import { deleteOld, readBacklog } from './outbox-maintenance';
import { OUTBOX_PARTITIONS } from './outbox-partition';
import { Repeating } from './repeating';

/** Another replica has the lane: look again soon, since it may have read the rows before ours were there. */
const BUSY: RetryPolicy = { maxAttempts: 8, baseMs: 4, factor: 2, maxMs: 500, jitter: 0.5 };
const FAILED: RetryPolicy = { maxAttempts: 8, baseMs: 100, factor: 2, maxMs: 10_000, jitter: 0.3 };
const DEFAULT_SWEEP_MS = 1_000;
const CLEAN_UP_MS = 60_000;
/** Under load, what is committed within this time shares a transaction of the relay; after a quiet time none waits. */
const BATCHES = { leastMs: 8, mostMs: 40 };

export interface OutboxRelayOptions<S> {
  readonly database: Database<S>;
  readonly schema: string;
  /** Must resolve only once the bus has stored the message; `publishEnvelope` of the bus library does. */
  readonly publish: PublishEnvelope;
  readonly logger: Logger;
  readonly metrics?: MetricsRegistry;
  readonly partitions?: number;
  /** How often rows are looked for that no commit of this process announced; 1 s unless told. */
  readonly sweepMs?: number;
}

/**
 * Moves outbox rows to the bus, in order within a partition. Woken by commits of its own process within
 * milliseconds; the sweep finds the rest. Any number of replicas may run: a partition is worked on by the holder of
 * its lock, on one connection per relay.
 */
export class OutboxRelay<S> {
  readonly #options: OutboxRelayOptions<S>;
  readonly #partitions: number;
  readonly #metrics: OutboxMetrics;
  readonly #wanted = new Set<number>();
  readonly #pauses = new Map<number, NodeJS.Timeout>();
  readonly #failures = new Map<number, number>();
  readonly #busyTries = new Map<number, number>();
  readonly #chores: readonly Repeating[];
  #unsubscribe: (() => void) | undefined;
  #pumping: Promise<void> | undefined;
  #running = false;
  readonly #pace = new Pace(BATCHES);

  constructor(options: OutboxRelayOptions<S>) {
    const { database, schema, logger } = options;
    this.#options = options;
    this.#partitions = options.partitions ?? OUTBOX_PARTITIONS;
    this.#metrics = observeOutbox(options.metrics, schema);
    const complain = (what: string) => (error: unknown) => logger.warn({ err: error, schema }, what);
    const cleanUp = async (): Promise<void> => void (await deleteOld(database, schema, () => this.#running));
    this.#chores = [
      new Repeating(
        options.sweepMs ?? DEFAULT_SWEEP_MS,
        () => this.#sweep(),
        complain('Outbox sweep failed'),
      ),
      new Repeating(CLEAN_UP_MS, cleanUp, complain('Outbox clean-up failed')),
    ];
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#unsubscribe = this.#options.database.onEmitted((partitions) =>
      partitions.forEach((p) => this.wake(p)),
    );
    for (const chore of this.#chores) chore.start();
    this.wake();
  }

  /** Says that a partition (or, without a number, any) may have rows. Never throws, returns at once. */
  wake(partition?: number): void {
    if (!this.#running) return;
    const wanted =
      partition === undefined ? Array.from({ length: this.#partitions }, (_, lane) => lane) : [partition];
    for (const lane of wanted) if (!this.#pauses.has(lane)) this.#wanted.add(lane);
    if (this.#wanted.size > 0) this.#pumping ??= this.#pump();
  }

  /** Finishes the batch in hand and stops. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#unsubscribe?.();
    for (const timer of this.#pauses.values()) clearTimeout(timer);
    this.#pauses.clear();
    this.#wanted.clear();
    await Promise.all([this.#pumping, ...this.#chores.map((chore) => chore.stop())]);
  }

  async #pump(): Promise<void> {
    const { database, schema, publish, logger } = this.#options;
    while (this.#running && this.#wanted.size > 0) {
      const early = this.#pace.earlyMs;
      if (early > 0) await delay(early);
      const ended = this.#pace.start();
      const lanes = [...this.#wanted];
      this.#wanted.clear();
      try {
        this.#settle(lanes, await publishBatch(database, schema, lanes, publish));
      } catch (error) {
        logger.warn({ err: error, schema }, 'The outbox cannot be read or marked; trying again');
        for (const lane of lanes) this.#pause(lane, FAILED, this.#failures);
      } finally {
        ended();
      }
    }
    this.#pumping = undefined;
  }

  #settle(lanes: readonly number[], outcome: BatchOutcome): void {
    this.#metrics.published(outcome.published);
    this.#metrics.dead(outcome.dead.length);
    const failed = new Set(outcome.failed.map(({ partition }) => partition));
    for (const lane of lanes) {
      if (outcome.busy.includes(lane)) {
        this.#pause(lane, BUSY, this.#busyTries);
        continue;
      }
      this.#busyTries.delete(lane);
      if (!failed.has(lane)) this.#recovered(lane);
    }
    this.#mourn(outcome);
    for (const { partition, messageId, error } of outcome.failed) {
      const tries = this.#pause(partition, FAILED, this.#failures);
      // The first time and then ever less often: a bus that is away for an hour is not a million lines.
      if (Math.log2(tries) % 1 === 0) {
        const facts = { err: error, schema: this.#options.schema, partition, messageId, tries };
        this.#options.logger.warn(facts, 'The bus did not take a message; its partition waits');
      }
    }
    for (const lane of outcome.more) this.#wanted.add(lane);
  }

  #mourn({ dead }: BatchOutcome): void {
    const { schema, logger } = this.#options;
    for (const { partition, messageId, error } of dead) {
      const facts = { err: error, schema, partition, messageId };
      logger.error(facts, 'The bus refused a message for good; it was laid aside, look at the dead outbox');
    }
  }

  #recovered(partition: number): void {
    if (!this.#failures.delete(partition)) return;
    this.#options.logger.info(
      { schema: this.#options.schema, partition },
      'The outbox partition moves again',
    );
  }

  /** Keeps a lane out of the loop for a while; returns how often in a row that has happened. */
  #pause(lane: number, policy: RetryPolicy, tries: Map<number, number>): number {
    const count = (tries.get(lane) ?? 0) + 1;
    tries.set(lane, count);
    if (!this.#running) return count;
    const resume = (): void => {
      this.#pauses.delete(lane);
      this.wake(lane);
    };
    this.#wanted.delete(lane);
    this.#pauses.set(lane, setTimeout(resume, backoffMs(policy, count)).unref());
    return count;
  }

  async #sweep(): Promise<void> {
    const backlog = await readBacklog(this.#options.database, this.#options.schema, this.#partitions);
    this.#metrics.oldestAge(backlog.oldestAgeSeconds);
    for (const lane of backlog.partitions) this.wake(lane);
  }
}
