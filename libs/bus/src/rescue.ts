import type { ConsumerSpec } from '@shotloom/contracts';
import { z } from 'zod';
import type { Connection } from './connection';
import { writeDead } from './dead-letter-writer';
import type { Delivery } from './delivery';
import { fromHeaders, HEADERS } from './headers';
import type { BusMetrics } from './metrics';
import { publishRaw } from './publisher';
import { PullLoop } from './pull-loop';
import { ADVISORIES, rescueDurable } from './topology-specs';

const RETRY_MS = 5_000;
const SUSPECTS_PER_SWEEP = 100;
const MAX_REQUEUES = 3;

const advisorySchema = z.looseObject({
  stream: z.string(),
  consumer: z.string(),
  stream_seq: z.number().int().positive(),
  deliveries: z.number().int(),
});

/**
 * Finds messages that the server delivers no more and leaves in the stream.
 *
 * Most are dead: the handler died together with its process on the last delivery. The server says so in an advisory,
 * which a stream keeps, and such a message is buried. A sweep finds what no advisory told of, in work queues. There it
 * cannot be known whether the message is dead or was handled: a server that is killed forgets removals but not acks
 * (seen on 2.9). So the sweep queues it again, under its own envelope id, and buries it only when that did not help.
 */
export class Rescue {
  private readonly advisories: PullLoop;
  private readonly sweepTimer: NodeJS.Timeout;
  private readonly working = new Set<Promise<void>>();
  private suspects = new Set<number>();

  constructor(
    private readonly connection: Connection,
    private readonly metrics: BusMetrics,
    private readonly spec: ConsumerSpec,
    sweepMs: number,
  ) {
    this.advisories = new PullLoop(connection, {
      stream: ADVISORIES.name,
      consumer: () => rescueDurable(spec),
      capacity: () => 1 - this.working.size,
      onDelivery: (delivery) => this.track(this.onAdvisory(delivery)),
    });
    this.sweepTimer = setInterval(() => this.track(this.sweep()), sweepMs);
    this.sweepTimer.unref();
  }

  async start(): Promise<void> {
    const exists = await this.connection.jsm.consumers.info(ADVISORIES.name, rescueDurable(this.spec)).then(
      () => true,
      () => false,
    );
    if (exists) this.advisories.start();
    else
      this.connection.logger.warn(
        { durable: this.spec.durable },
        'no advisory consumer: run the topology job',
      );
  }

  async stop(): Promise<void> {
    clearInterval(this.sweepTimer);
    await this.advisories.stop();
    await Promise.all(this.working);
  }

  private track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.working.delete(tracked);
      this.advisories.wake();
    });
    this.working.add(tracked);
  }

  private async onAdvisory(delivery: Delivery): Promise<void> {
    try {
      const advisory = advisorySchema.parse(JSON.parse(new TextDecoder().decode(delivery.data)));
      const { stream_seq: seq, deliveries } = advisory;
      await (this.spec.isExpendable === true ? this.forget(seq) : this.bury(seq, deliveries));
      delivery.ack();
    } catch (error) {
      this.connection.logger.error(
        { err: error, durable: this.spec.durable },
        'a dead message could not be rescued yet',
      );
      delivery.nak(RETRY_MS);
    }
  }

  /**
   * In a work queue whatever lies at or below what the consumer is done with, and is still there, is left over. Two
   * sweeps must have seen it, because an ack may be on its way between the two questions of one sweep.
   */
  private async sweep(): Promise<void> {
    if (!this.connection.isConnected()) return;
    try {
      const found = await this.findLeftovers();
      const confirmed = [...found].filter((seq) => this.suspects.has(seq));
      this.suspects = found;
      for (const seq of confirmed)
        await (this.spec.isExpendable === true ? this.forget(seq) : this.requeue(seq));
    } catch (error) {
      this.connection.logger.warn(
        { err: error, durable: this.spec.durable },
        'the sweep for left-over messages failed',
      );
    }
  }

  private async findLeftovers(): Promise<Set<number>> {
    const { stream, durable, filter } = this.spec;
    const found = new Set<number>();
    const { config, state } = await this.connection.jsm.streams.info(stream);
    if (config.retention !== 'workqueue') return found;
    const info = await this.connection.jsm.consumers.info(stream, durable);
    const done = info.num_ack_pending === 0 ? info.delivered.stream_seq : info.ack_floor.stream_seq;
    let seq = state.first_seq;
    while (seq <= done && found.size < SUSPECTS_PER_SWEEP) {
      const query = { seq, next_by_subj: filter };
      const message = await this.connection.jsm.streams.getMessage(stream, query);
      if (message === null || message.seq > done) break;
      found.add(message.seq);
      seq = message.seq + 1;
    }
    return found;
  }

  /** The envelope keeps its id, so that an inbox knows a handled message again; the message id must be a new one. */
  private async requeue(seq: number): Promise<void> {
    const { stream, durable } = this.spec;
    const message = await this.connection.jsm.streams.getMessage(stream, { seq });
    if (message === null) return;
    const headers = fromHeaders(message.header);
    const requeued = Number(headers[HEADERS.requeued] ?? 0) + 1;
    if (requeued > MAX_REQUEUES) return this.bury(seq, this.spec.maxDeliver);
    await publishRaw(this.connection, message.subject, message.data, {
      ...headers,
      [HEADERS.messageId]: `requeue.${stream}.${seq}.${message.time.getTime()}`,
      [HEADERS.requeued]: String(requeued),
    });
    await this.remove(stream, seq);
    this.metrics.message(stream, durable, 'requeued');
    this.connection.logger.warn({ stream, durable, seq, requeued }, 'a left-over message was queued again');
  }

  private async forget(seq: number): Promise<void> {
    const { stream, durable } = this.spec;
    await this.remove(stream, seq);
    this.metrics.message(stream, durable, 'forgotten');
    this.connection.logger.debug(
      { stream, durable, seq },
      'a message died with its handler; another one comes',
    );
  }

  /** Copies one message to the dead letters and, in a work queue, removes it. Gone already is fine. */
  private async bury(seq: number, deliveries: number): Promise<void> {
    const { stream, durable } = this.spec;
    const message = await this.connection.jsm.streams.getMessage(stream, { seq });
    if (message === null) return;
    const { subject, data, header: headers } = message;
    const reason = `whoever handled it died on the last of ${deliveries} deliveries`;
    const storedAt = message.time;
    const about = { stream, durable, subject, streamSeq: seq, storedAt, deliveries, reason };
    await writeDead(this.connection, { ...about, data, headers, kind: 'rescued' });
    const { config } = await this.connection.jsm.streams.info(stream);
    if (config.retention === 'workqueue') await this.remove(stream, seq);
    this.metrics.message(stream, durable, 'dead');
    this.metrics.dead(stream, durable, 'rescued');
    this.connection.logger.error(about, 'message moved to the dead letters');
  }

  private async remove(stream: string, seq: number): Promise<void> {
    try {
      await this.connection.jsm.streams.deleteMessage(stream, seq, false);
    } catch (error) {
      // Another replica was faster.
      const left = await this.connection.jsm.streams.getMessage(stream, { seq });
      if (left !== null) throw error;
    }
  }
}
