import type {
  ConsumerSpec,
  Envelope,
  MessageContract,
  PayloadOf,
  RpcContract,
  RpcRequest,
  RpcResponse,
} from '@shotloom/contracts';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';

export interface BusOptions {
  /** One `nats://host:port`, or several with commas between them. */
  readonly url: string;
  /** The service's name: producer of its messages, queue group of its responders. */
  readonly name: string;
  readonly logger: Logger;
  readonly metrics?: MetricsRegistry;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

export interface PublishOptions {
  readonly subject: string;
  /** Ties everything that one request caused. */
  readonly correlationId: string;
  readonly causationId?: string;
  /** Becomes the envelope's id and `Nats-Msg-Id`; a new one by default. */
  readonly id?: string;
  readonly headers?: Record<string, string>;
}

/** What the stream said. `duplicate` means that the id was stored before, and nothing was queued now. */
export interface PublishResult {
  readonly seq: number;
  readonly duplicate: boolean;
}

export interface MessageContext {
  /** 1 for the first delivery. */
  readonly deliveryCount: number;
  readonly subject: string;
  /** Aborted when the message may already run elsewhere, or when stopping took longer than the grace time. */
  readonly signal: AbortSignal;
  /** Says at once that work goes on; done by itself at a third of the ack wait. */
  working(): void;
  readonly headers: Record<string, string>;
}

/** `payload` was parsed by the contract that `type` names. */
export interface ConsumedMessage {
  readonly envelope: Envelope;
  readonly payload: unknown;
  readonly type: string;
}

/** Acked when it returns. Throws `RetryLater`, `DeadLetter` or an AppError, whose `retryable` decides. Must be idempotent. */
export type MessageHandler = (message: ConsumedMessage, context: MessageContext) => Promise<void>;

export interface ConsumeOptions {
  /** Messages handled at the same time; a function is asked again before every pull. */
  readonly concurrency: number | (() => number);
  /**
   * Whether the handler has anything to do for what comes on a subject; what nobody wants is acked and not even decoded. All is wanted
   * unless told. Where it throws, the message comes again, as after a handler that throws.
   */
  readonly isWanted?: (subject: string) => Promise<boolean>;
  /** How long `stop()` lets handlers run before it aborts their signal, in milliseconds (default 15 s). */
  readonly graceMs?: number;
  /** Wait before a message of an unknown type is tried again, in milliseconds (default one minute). */
  readonly unknownTypeDelayMs?: number;
  /** How often the sweep looks for messages that died unseen, in milliseconds (default one minute). */
  readonly rescueSweepMs?: number;
}

export interface Consumption {
  /** Stops pulling, lets running handlers finish and waits for them. */
  stop(): Promise<void>;
  readonly inFlight: number;
}

export interface OrderedMessage {
  readonly envelope: Envelope;
  readonly subject: string;
  readonly seq: number;
  readonly headers: Record<string, string>;
  readonly at: Date;
}

export interface OrderedReadOptions {
  readonly stream: string;
  /** One subject, wildcards allowed. */
  readonly filter?: string;
  /** First sequence to read; from now on when absent. */
  readonly startSeq?: number;
  /** Whether anybody wants what comes on a subject; what nobody wants is not even decoded. All is wanted unless told. */
  readonly isWanted?: (subject: string) => boolean;
  /** Called one at a time and in order. What it throws is logged, and reading goes on. */
  readonly onMessage: (message: OrderedMessage) => void | Promise<void>;
}

export interface StreamState {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly messages: number;
  readonly created: Date;
}

export interface RpcContext {
  /** When the caller stops waiting, by this machine's clock: what the caller gave, counted from the receipt. */
  readonly deadline: Date;
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
  readonly correlationId: string;
}

export type RpcHandler<C extends RpcContract> = (
  request: RpcRequest<C>,
  context: RpcContext,
) => Promise<RpcResponse<C>>;

/** What answers one contract in this process. */
export interface Responder {
  /** Takes no more requests, so that other replicas get them, and waits for those that were taken. */
  stop(): Promise<void>;
}

export interface Subscription {
  unsubscribe(): void;
}

/** One connection to NATS. Delivery semantics are in the README. */
export interface Bus {
  readonly name: string;
  /** Publishes to JetStream and waits for the ack. Throws `invalid_input`, `payload_too_large`, or `unavailable` when no ack came. */
  publish<C extends MessageContract>(
    contract: C,
    payload: PayloadOf<C>,
    options: PublishOptions,
  ): Promise<PublishResult>;
  /** Publishes an envelope that exists already, as the outbox relay does. */
  publishEnvelope(
    subject: string,
    envelope: Envelope,
    headers?: Record<string, string>,
  ): Promise<PublishResult>;
  /** Core NATS, at most once: nobody may be listening, and it is dropped while there is no connection. */
  emit<C extends MessageContract>(
    contract: C,
    payload: PayloadOf<C>,
    options: { subject: string; correlationId: string },
  ): void;
  /** Listens on core NATS. A message that does not fit the contract is logged and dropped. */
  subscribe<C extends MessageContract>(
    contract: C,
    subject: string,
    handler: (
      payload: PayloadOf<C>,
      context: { subject: string; envelope: Envelope },
    ) => void | Promise<void>,
    options?: { queue?: string },
  ): Subscription;
  /** Asks and waits. Throws the responder's AppError, or `unavailable` with the outcome `refused` (nobody there) or `unknown` (no answer). */
  request<C extends RpcContract>(
    contract: C,
    payload: RpcRequest<C>,
    options?: { timeoutMs?: number; correlationId?: string },
  ): Promise<RpcResponse<C>>;
  /** Answers requests until stopped, many at a time (256 by default; more wait until their deadline). */
  respond<C extends RpcContract>(
    contract: C,
    handler: RpcHandler<C>,
    options?: { concurrency?: number },
  ): Responder;
  /** Handles a durable consumer's messages. The consumer must exist: see `applyTopology`. */
  consume(spec: ConsumerSpec, handler: MessageHandler, options: ConsumeOptions): Promise<Consumption>;
  /** Reads a stream in order without a durable, across restarts of the server. */
  readOrdered(options: OrderedReadOptions): Promise<{ stop(): Promise<void> }>;
  streamState(stream: string): Promise<StreamState>;
  isConnected(): boolean;
  /** Calls back after every reconnect, when messages may have been missed. Returns the way to unsubscribe. */
  onReconnect(listener: () => void): () => void;
  /** A round trip to the server. Throws `unavailable` when there is none. */
  ping(): Promise<void>;
  /** Stops consumptions, lets everything finish, flushes and closes. */
  drain(): Promise<void>;
}
