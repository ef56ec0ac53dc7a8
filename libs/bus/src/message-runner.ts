import { assertNever } from '@shotloom/kernel';
import type { ConsumerSpec, Envelope } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import type { ConsumedMessage, ConsumeOptions, MessageHandler } from './bus';
import type { Connection } from './connection';
import { writeDead } from './dead-letter-writer';
import { decode } from './decode';
import type { Delivery } from './delivery';
import { fromHeaders } from './headers';
import { Lease } from './lease';
import type { BusMetrics } from './metrics';
import { inTrace } from './tracing';
import { backoffAfter, isLastDelivery, verdictFor, type DeadKind, type Verdict } from './verdict';

export interface MessageRunnerOptions {
  readonly spec: ConsumerSpec;
  readonly handler: MessageHandler;
  readonly unknownTypeDelayMs: number;
  readonly isWanted: ConsumeOptions['isWanted'];
}

/** Made only where something is to be said: most messages pass in silence. */
type Log = () => Logger;

/** Takes one delivery from decoding to its ack, nak or grave. */
export class MessageRunner {
  private readonly leases = new Set<Lease>();

  constructor(
    private readonly connection: Connection,
    private readonly metrics: BusMetrics,
    private readonly options: MessageRunnerOptions,
  ) {}

  /** Never rejects: whatever happens ends in an answer to the server, or in its redelivery. */
  async run(delivery: Delivery): Promise<void> {
    const { stream, durable } = this.options.spec;
    if (delivery.deliveryCount > 1) this.metrics.redelivery(stream, durable);
    const { isWanted } = this.options;
    if (isWanted && !(await this.isForHandler(delivery, isWanted))) return;
    const decoded = decode(delivery.data, this.options.spec.contracts);
    switch (decoded.kind) {
      case 'unreadable':
        return this.bury(delivery, () => this.loggerFor(delivery), 'unreadable', decoded.reason);
      case 'unknown':
        return this.park(delivery, decoded.envelope);
      case 'known': {
        const { envelope, payload } = decoded;
        return this.handle(delivery, { envelope, payload, type: envelope.type });
      }
      default:
        return assertNever(decoded);
    }
  }

  /** False where nobody wants it, or where nobody could say so: then it has its answer. */
  private async isForHandler(
    delivery: Delivery,
    isWanted: (subject: string) => Promise<boolean>,
  ): Promise<boolean> {
    const { stream, durable } = this.options.spec;
    try {
      if (await isWanted(delivery.subject)) return true;
      delivery.ack();
      this.metrics.message(stream, durable, 'unwanted');
    } catch (error) {
      await this.settle(delivery, () => this.loggerFor(delivery), error);
    }
    return false;
  }

  /** Tells all running handlers that their time is over. */
  abortAll(reason: string): void {
    for (const lease of this.leases) lease.abort(reason);
  }

  private async handle(delivery: Delivery, message: ConsumedMessage): Promise<void> {
    const { stream, durable, ackWaitMs } = this.options.spec;
    const log: Log = () => this.loggerFor(delivery, message.envelope);
    const lease = new Lease(delivery, ackWaitMs, () => this.connection.isConnected());
    this.leases.add(lease);
    const startedAt = performance.now();
    try {
      await this.callHandler(delivery, lease, message);
      delivery.ack();
      this.metrics.message(stream, durable, 'handled');
      if (this.connection.logger.isLevelEnabled('debug')) {
        log().debug({ durationMs: Math.round(performance.now() - startedAt) }, 'message handled');
      }
    } catch (error) {
      await this.settle(delivery, log, error);
    } finally {
      this.metrics.handler(stream, durable, (performance.now() - startedAt) / 1_000);
      this.leases.delete(lease);
      lease.release();
    }
  }

  private callHandler(delivery: Delivery, lease: Lease, message: ConsumedMessage): Promise<void> {
    const headers = fromHeaders(delivery.headers);
    const { deliveryCount, subject } = delivery;
    const context = { deliveryCount, subject, signal: lease.signal, working: () => lease.renew(), headers };
    return inTrace(headers, `${this.options.spec.durable} process`, async () =>
      this.options.handler(message, context),
    );
  }

  private async settle(delivery: Delivery, log: Log, error: unknown): Promise<void> {
    const verdict: Verdict = verdictFor(error, this.options.spec, delivery.deliveryCount);
    switch (verdict.kind) {
      case 'retry':
        delivery.nak(verdict.delayMs);
        this.metrics.message(this.options.spec.stream, this.options.spec.durable, 'retried');
        log().warn({ err: error, delayMs: verdict.delayMs }, 'message failed; it comes again');
        return;
      case 'dead':
        return this.bury(delivery, log, verdict.deadKind, verdict.reason, error);
      default:
        return assertNever(verdict);
    }
  }

  /** A newer service may have written it, and a newer replica of ours may be about to start: wait long before giving up. */
  private async park(delivery: Delivery, envelope: Envelope): Promise<void> {
    const { spec, unknownTypeDelayMs } = this.options;
    const log: Log = () => this.loggerFor(delivery, envelope);
    if (isLastDelivery(spec, delivery.deliveryCount)) {
      const reason = `no contract of ${spec.durable} reads ${envelope.type}`;
      return this.bury(delivery, log, 'unknown_type', reason);
    }
    delivery.nak(unknownTypeDelayMs);
    this.metrics.message(spec.stream, spec.durable, 'parked');
    log().warn({ delayMs: unknownTypeDelayMs }, 'message of an unknown type or version parked');
  }

  private async bury(
    delivery: Delivery,
    log: Log,
    kind: DeadKind,
    reason: string,
    cause?: unknown,
  ): Promise<void> {
    const { stream, durable } = this.options.spec;
    const { subject, streamSeq, data, headers, deliveryCount: deliveries, storedAt } = delivery;
    const corpse = { stream, durable, subject, streamSeq, storedAt, data, headers, deliveries, kind, reason };
    try {
      await writeDead(this.connection, corpse);
    } catch (error) {
      // Still in its stream. If this was the last delivery the server's advisory brings the rescue.
      delivery.nak(backoffAfter(this.options.spec, deliveries));
      this.metrics.message(stream, durable, 'retried');
      log().error({ err: error, reason }, 'a message could not be moved to the dead letters');
      return;
    }
    delivery.term();
    this.metrics.message(stream, durable, 'dead');
    this.metrics.dead(stream, durable, kind);
    log().error({ err: cause, deadKind: kind, reason }, 'message moved to the dead letters');
  }

  private loggerFor(delivery: Delivery, envelope?: Envelope): Logger {
    const { stream, durable } = this.options.spec;
    const { streamSeq: seq, deliveryCount } = delivery;
    const ids = { messageId: envelope?.id, type: envelope?.type, correlationId: envelope?.correlationId };
    return this.connection.logger.child({ stream, durable, seq, deliveryCount, ...ids });
  }
}
