import { AckPolicy, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import { newId } from '@shotloom/kernel';
import type { OrderedReadOptions } from './bus';
import type { Connection } from './connection';
import { decodeEnvelope } from './decode';
import type { Delivery } from './delivery';
import { fromHeaders } from './headers';
import { PullLoop } from './pull-loop';

const BUFFER = 256;
const INACTIVE_NANOS = 2 * 60 * 1_000_000_000;

/**
 * Reads a stream in order by an ephemeral consumer of the server, which is made anew at the next sequence whenever it
 * may have been lost or a delivery is missing. Memory is bounded: it asks for more only as messages are handled.
 */
export class OrderedReader {
  private consumer = '';
  private expectedConsumerSeq = 1;
  private readonly buffer: Delivery[] = [];
  private working: Promise<void> | undefined;
  private stopped = false;
  private readonly loop: PullLoop;

  private constructor(
    private readonly connection: Connection,
    private readonly options: OrderedReadOptions,
    private nextSeq: number,
  ) {
    this.loop = new PullLoop(connection, {
      stream: options.stream,
      consumer: () => this.consumer,
      capacity: () => BUFFER - this.buffer.length,
      onDelivery: (delivery) => this.take(delivery),
      beforeRestart: () => this.recreate(),
    });
  }

  static async open(connection: Connection, options: OrderedReadOptions): Promise<OrderedReader> {
    const { state } = await connection.jsm.streams.info(options.stream);
    // "From now on" is pinned to a sequence at once, so that a restart before the first message misses none.
    const reader = new OrderedReader(connection, options, options.startSeq ?? state.last_seq + 1);
    await reader.recreate();
    reader.loop.start();
    return reader;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop.stop();
    await this.working;
    if (this.connection.isConnected()) await this.dropConsumer();
  }

  private async recreate(): Promise<void> {
    const { stream, filter } = this.options;
    const { state } = await this.connection.jsm.streams.info(stream);
    // Shorter than what we have read: it is another stream of the same name, and all of it is new.
    if (state.last_seq < this.nextSeq - 1) this.nextSeq = Math.max(1, state.first_seq);
    const previous = this.consumer;
    const name = `ordered-${this.connection.name}-${newId()}`;
    await this.connection.jsm.consumers.add(stream, {
      name,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.nextSeq,
      replay_policy: ReplayPolicy.Instant,
      inactive_threshold: INACTIVE_NANOS,
      mem_storage: true,
      num_replicas: 1,
      ...(filter === undefined ? {} : { filter_subject: filter }),
    });
    this.consumer = name;
    this.expectedConsumerSeq = 1;
    if (previous !== '') void this.connection.jsm.consumers.delete(stream, previous).catch(() => undefined);
  }

  private take(delivery: Delivery): void {
    if (delivery.consumer !== this.consumer) return;
    if (delivery.consumerSeq !== this.expectedConsumerSeq) {
      this.connection.logger.warn(
        { stream: this.options.stream },
        'an ordered delivery is missing; reading again from there',
      );
      this.loop.restart(0);
      return;
    }
    this.expectedConsumerSeq += 1;
    this.nextSeq = delivery.streamSeq + 1;
    this.buffer.push(delivery);
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
  }

  private async work(): Promise<void> {
    for (
      let delivery = this.buffer.shift();
      delivery !== undefined && !this.stopped;
      delivery = this.buffer.shift()
    ) {
      await this.deliver(delivery);
      this.loop.wake();
    }
  }

  private async deliver(delivery: Delivery): Promise<void> {
    const { subject, streamSeq: seq, storedAt: at } = delivery;
    if (this.options.isWanted?.(subject) === false) return;
    const read = decodeEnvelope(delivery.data);
    if ('reason' in read) {
      this.connection.logger.error(
        { subject, seq, reason: read.reason },
        'skipped a message that cannot be read',
      );
      return;
    }
    try {
      await this.options.onMessage({
        envelope: read.envelope,
        subject,
        seq,
        headers: fromHeaders(delivery.headers),
        at,
      });
    } catch (error) {
      this.connection.logger.error({ err: error, subject, seq }, 'an ordered message was not handled');
    }
  }

  private async dropConsumer(): Promise<void> {
    await this.connection.jsm.consumers.delete(this.options.stream, this.consumer).catch(() => undefined);
  }
}
