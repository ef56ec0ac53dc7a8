import { assertNever } from '@shotloom/kernel';
import type { ConsumerSpec, Envelope } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import type { ConsumedMessage, MessageHandler } from './bus';
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
}

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
    const decoded = decode(delivery.data, this.options.spec.contracts);
    switch (decoded.kind) {
      case 'unreadable':
        return this.bury(delivery, this.loggerFor(delivery), 'unreadable', decoded.reason);
      case 'unknown':
        return this.park(delivery, this.loggerFor(delivery, decoded.envelope), decoded.envelope.type);
      case 'known': {
        const { envelope, payload } = decoded;
        return this.handle(delivery, this.loggerFor(delivery, envelope), {
          envelope,
          payload,
          type: envelope.type,
        });
      }
      default:
        return assertNever(decoded);
    }
  }

  /** Tells all running handlers that their time is over. */
  abortAll(reason: string): void {
    for (const lease of this.leases) lease.abort(reason);
  }

  private async handle(delivery: Delivery, logger: Logger, message: ConsumedMessage): Promise<void> {
    const { stream, durable, ackWaitMs } = this.options.spec;
    const lease = new Lease(delivery, ackWaitMs, () => this.connection.isConnected());
    this.leases.add(lease);
    const startedAt = performance.now();
    try {
      await this.callHandler(delivery, lease, message);
      delivery.ack();
      this.metrics.message(stream, durable, 'handled');
      logger.debug({ durationMs: Math.round(performance.now() - startedAt) }, 'message handled');
    } catch (error) {
      await this.settle(delivery, logger, error);
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

  private async settle(delivery: Delivery, logger: Logger, error: unknown): Promise<void> {
    const verdict: Verdict = verdictFor(error, this.options.spec, delivery.deliveryCount);
    switch (verdict.kind) {
      case 'retry':
        delivery.nak(verdict.delayMs);
        this.metrics.message(this.options.spec.stream, this.options.spec.durable, 'retried');
        logger.warn({ err: error, delayMs: verdict.delayMs }, 'message failed; it comes again');
        return;
      case 'dead':
        return this.bury(delivery, logger, verdict.deadKind, verdict.reason, error);
      default:
        return assertNever(verdict);
    }
  }

  /** A newer service may have written it, and a newer replica of ours may be about to start: wait long before giving up. */
  private async park(delivery: Delivery, logger: Logger, type: string): Promise<void> {
    const { spec, unknownTypeDelayMs } = this.options;
    if (isLastDelivery(spec, delivery.deliveryCount)) {
      return this.bury(delivery, logger, 'unknown_type', `no contract of ${spec.durable} reads ${type}`);
    }
    delivery.nak(unknownTypeDelayMs);
    this.metrics.message(spec.stream, spec.durable, 'parked');
    logger.warn({ delayMs: unknownTypeDelayMs }, 'message of an unknown type or version parked');
  }

  private async bury(
    delivery: Delivery,
    logger: Logger,
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
      logger.error({ err: error, reason }, 'a message could not be moved to the dead letters');
      return;
    }
    delivery.term();
    this.metrics.message(stream, durable, 'dead');
    this.metrics.dead(stream, durable, kind);
    logger.error({ err: cause, deadKind: kind, reason }, 'message moved to the dead letters');
  }

  private loggerFor(delivery: Delivery, envelope?: Envelope): Logger {
    const { stream, durable } = this.options.spec;
    const { streamSeq: seq, deliveryCount } = delivery;
    const ids = { messageId: envelope?.id, type: envelope?.type, correlationId: envelope?.correlationId };
    return this.connection.logger.child({ stream, durable, seq, deliveryCount, ...ids });
  }
}
