import { AppError } from '@shotloom/kernel';
import type {
  ConsumerSpec,
  Envelope,
  MessageContract,
  PayloadOf,
  RpcContract,
  RpcRequest,
  RpcResponse,
} from '@shotloom/contracts';
import type {
  Bus,
  BusOptions,
  ConsumeOptions,
  Consumption,
  MessageHandler,
  OrderedReadOptions,
  PublishOptions,
  PublishResult,
  Responder,
  RpcHandler,
  StreamState,
  Subscription,
} from './bus';
import { openConnection, registerConnection, type Connection } from './connection';
import { RunningConsumption } from './consumption';
import { emit, subscribe } from './core-messages';
import { busMetrics, type BusMetrics } from './metrics';
import { OrderedReader } from './ordered-reader';
import { buildEnvelope, publishEnvelope } from './publisher';
import { request } from './rpc-client';
import { RpcResponder } from './rpc-responder';

/** Connects to NATS, waiting for it as long as it takes, and stays connected until `drain()`. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const connection = await openConnection(options);
  const bus = new NatsBus(connection, busMetrics(options.metrics));
  registerConnection(bus, connection);
  return bus;
}

/** The parts put together; what each does is in its own file. */
class NatsBus implements Bus {
  /** What runs now; readers come and go with every replay, so what was stopped must not stay. */
  private readonly running = new Set<{ stop(): Promise<void> }>();
  private draining: Promise<void> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly metrics: BusMetrics,
  ) {}

  get name(): string {
    return this.connection.name;
  }

  async publish<C extends MessageContract>(
    contract: C,
    payload: PayloadOf<C>,
    options: PublishOptions,
  ): Promise<PublishResult> {
    const envelope = buildEnvelope(this.name, contract, payload, options);
    return publishEnvelope(this.connection, options.subject, envelope, options.headers);
  }

  publishEnvelope(
    subject: string,
    envelope: Envelope,
    headers?: Record<string, string>,
  ): Promise<PublishResult> {
    return publishEnvelope(this.connection, subject, envelope, headers);
  }

  emit<C extends MessageContract>(
    contract: C,
    payload: PayloadOf<C>,
    options: { subject: string; correlationId: string },
  ): void {
    emit(this.connection, contract, payload, options);
  }

  subscribe<C extends MessageContract>(
    contract: C,
    subject: string,
    handler: (
      payload: PayloadOf<C>,
      context: { subject: string; envelope: Envelope },
    ) => void | Promise<void>,
    options?: { queue?: string },
  ): Subscription {
    return subscribe(this.connection, contract, subject, handler, options);
  }

  request<C extends RpcContract>(
    contract: C,
    payload: RpcRequest<C>,
    options?: { timeoutMs?: number; correlationId?: string },
  ): Promise<RpcResponse<C>> {
    return request(this.connection, contract, payload, options);
  }

  respond<C extends RpcContract>(
    contract: C,
    handler: RpcHandler<C>,
    options?: { concurrency?: number },
  ): Responder {
    const responder = new RpcResponder(this.connection, contract, handler, options);
    this.running.add(responder);
    return { stop: () => this.stop(responder) };
  }

  async consume(spec: ConsumerSpec, handler: MessageHandler, options: ConsumeOptions): Promise<Consumption> {
    const consumption = new RunningConsumption(this.connection, this.metrics, spec, handler, options);
    this.running.add(consumption);
    await consumption.start();
    return {
      stop: () => this.stop(consumption),
      get inFlight() {
        return consumption.inFlight;
      },
    };
  }

  async readOrdered(options: OrderedReadOptions): Promise<{ stop(): Promise<void> }> {
    const reader = await OrderedReader.open(this.connection, options);
    this.running.add(reader);
    return { stop: () => this.stop(reader) };
  }

  async streamState(stream: string): Promise<StreamState> {
    const { state, created } = await this.connection.jsm.streams.info(stream);
    const { first_seq: firstSeq, last_seq: lastSeq, messages } = state;
    return { firstSeq, lastSeq, messages, created: new Date(created) };
  }

  isConnected(): boolean {
    return this.connection.isConnected();
  }

  onReconnect(listener: () => void): () => void {
    return this.connection.onReconnect(listener);
  }

  async ping(): Promise<void> {
    const message = 'NATS cannot be reached; the connection is being made again.';
    if (!this.isConnected()) throw new AppError('unavailable', message, { retryable: true });
    await this.connection.nc.flush();
  }

  drain(): Promise<void> {
    this.draining ??= this.close();
    return this.draining;
  }

  private async stop(part: { stop(): Promise<void> }): Promise<void> {
    await part.stop();
    this.running.delete(part);
  }

  private async close(): Promise<void> {
    await Promise.all([...this.running].map((part) => this.stop(part)));
    if (this.connection.isConnected()) await this.connection.nc.drain();
    else await this.connection.nc.close();
  }
}
