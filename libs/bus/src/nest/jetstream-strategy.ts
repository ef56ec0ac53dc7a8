import {
  Server,
  type CustomTransportStrategy,
  type MessageHandler as NestHandler,
} from '@nestjs/microservices';
import type { ConsumerSpec, Envelope, RpcContract } from '@shotloom/contracts';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Bus, Consumption, MessageContext, Responder } from '../bus';
import { consumerPattern, rpcPattern } from './decorators';

/** What `@Ctx()` is in an `@OnMessage` handler. */
export interface DeliveryContext extends MessageContext {
  readonly envelope: Envelope;
  /** The message's type; tells the contracts of a consumer with several apart. */
  readonly type: string;
}

export interface JetStreamStrategyOptions {
  /** Every durable that this service handles. */
  readonly consumers: readonly ConsumerSpec[];
  /** Every contract that this service answers. */
  readonly rpcs: readonly RpcContract[];
  /** By durable; wins over the decorator's. */
  readonly concurrency?: Readonly<Record<string, number | (() => number)>>;
}

const DEFAULT_CONCURRENCY = 16;

/**
 * Nest's transport over the bus. Refuses to start unless every declared consumer and contract has exactly one handler,
 * because two would each get half of the messages and none would get them all.
 */
export class JetStreamStrategy extends Server implements CustomTransportStrategy {
  /** Errors go to the bus, which logs them; Nest need not. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly handlerCounts = new Map<string, number>();
  private readonly responders: Responder[] = [];
  private readonly consumptions: Consumption[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly options: JetStreamStrategyOptions,
  ) {
    super();
  }

  override addHandler(
    pattern: string,
    callback: NestHandler,
    isEvent = false,
    extras: Record<string, unknown> = {},
  ): void {
    const key = this.normalizePattern(pattern);
    this.handlerCounts.set(key, (this.handlerCounts.get(key) ?? 0) + 1);
    super.addHandler(pattern, callback, isEvent, extras);
  }

  /** Called by Nest; `done` gets the error when the service must not start. */
  listen(done: (error?: unknown) => void): void {
    this.start().then(() => done(), done);
  }

  /**
   * Stops answering, then stops taking messages, and waits for what is in work. Somebody waits for an answer, so the
   * other replicas get the requests first; and nothing may run when the service closes what its handlers use.
   */
  async close(): Promise<void> {
    await Promise.all(this.responders.map((responder) => responder.stop()));
    await Promise.all(this.consumptions.map((consumption) => consumption.stop()));
  }

  override on(): never {
    throw new Error('The JetStream strategy has no events: ask the bus.');
  }

  /** The bus, since Nest asks for the transport's own object. */
  override unwrap<T>(): T {
    return this.bus as T;
  }

  private async start(): Promise<void> {
    const problems = this.findProblems();
    if (problems.length > 0) throw new Error(problems.join(' '));
    for (const contract of this.options.rpcs) this.responders.push(this.startResponder(contract));
    for (const spec of this.options.consumers) this.consumptions.push(await this.startConsumer(spec));
  }

  private findProblems(): string[] {
    const declared = [...this.options.consumers.map(consumerPattern), ...this.options.rpcs.map(rpcPattern)];
    const twice = declared.filter((pattern, index) => declared.indexOf(pattern) !== index);
    const unknown = [...this.handlerCounts.keys()].filter((pattern) => !declared.includes(pattern));
    return [
      ...twice.map((pattern) => `${pattern} is declared twice.`),
      ...unknown.map((pattern) => `${pattern} has a handler but is not declared.`),
      ...declared.flatMap((pattern) => this.countProblem(pattern)),
    ];
  }

  private countProblem(pattern: string): string[] {
    const count = this.handlerCounts.get(pattern) ?? 0;
    if (count === 1) return [];
    return [
      count === 0 ? `${pattern} has no handler.` : `${pattern} has ${count} handlers; it must have one.`,
    ];
  }

  private startConsumer(spec: ConsumerSpec): Promise<Consumption> {
    const handler = this.handlerOf(consumerPattern(spec));
    const concurrency =
      this.options.concurrency?.[spec.durable] ?? decoratedConcurrency(handler) ?? DEFAULT_CONCURRENCY;
    const onMessage = async (
      { envelope, payload, type }: { envelope: Envelope; payload: unknown; type: string },
      ctx: MessageContext,
    ): Promise<void> => {
      const context: DeliveryContext = { ...ctx, envelope, type };
      await settled(handler(payload, context));
    };
    return this.bus.consume(spec, onMessage, { concurrency });
  }

  private startResponder(contract: RpcContract): Responder {
    const handler = this.handlerOf(rpcPattern(contract));
    const concurrency = decoratedConcurrency(handler);
    const respond = (request: unknown, context: unknown): Promise<unknown> =>
      settled(handler(request, context));
    return this.bus.respond(contract, respond, concurrency === undefined ? {} : { concurrency });
  }

  private handlerOf(pattern: string): NestHandler {
    const handler = this.getHandlerByPattern(pattern);
    if (handler === null) throw new Error(`${pattern} has no handler.`);
    return handler;
  }
}

function decoratedConcurrency(handler: NestHandler): number | undefined {
  const value: unknown = handler.extras?.['concurrency'];
  return typeof value === 'number' ? value : undefined;
}

/** Nest's handlers give a value, a promise or an observable, depending on interceptors; errors come as any of them. */
async function settled(result: unknown): Promise<unknown> {
  const value: unknown = await result;
  return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
}
