import { AppError, newId, type ErrorRecord } from '@shotloom/kernel';
import type { RpcContract } from '@shotloom/contracts';
import type { Msg, Subscription as NatsSubscription } from '@nats-io/transport-node';
import type { RpcHandler } from './bus';
import type { Connection } from './connection';
import { parseOrThrow } from './errors';
import { fromHeaders, HEADERS } from './headers';
import { assertFits } from './payload-limit';
import { TaskQueue } from './task-queue';
import { inTrace } from './tracing';

const DEFAULT_CONCURRENCY = 256;

/** Answers one contract's requests for the whole queue group of the service. */
export class RpcResponder<C extends RpcContract> {
  private readonly tasks: TaskQueue;
  private readonly subscription: NatsSubscription;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly contract: C,
    private readonly handler: RpcHandler<C>,
    options: { concurrency?: number } = {},
  ) {
    this.tasks = new TaskQueue(options.concurrency ?? DEFAULT_CONCURRENCY);
    this.subscription = connection.nc.subscribe(contract.subject, {
      queue: connection.name,
      callback: (error, message) => {
        if (error === null) this.take(message);
        else connection.logger.error({ err: error, subject: contract.subject }, 'a responder ended');
      },
    });
  }

  /** Takes no more requests and waits for those that run. */
  stop(): Promise<void> {
    this.stopping ??= this.finish();
    return this.stopping;
  }

  private async finish(): Promise<void> {
    if (this.connection.isConnected()) await this.subscription.drain();
    else this.subscription.unsubscribe();
    await this.tasks.idle();
  }

  /** The time in the queue counts, so the deadline is fixed here and not when the handler starts. */
  private take(message: Msg): void {
    const headers = fromHeaders(message.headers);
    const deadline = Date.now() + this.timeoutOf(headers);
    this.tasks.add(() => this.answer(message, headers, deadline));
  }

  private async answer(message: Msg, headers: Record<string, string>, deadline: number): Promise<void> {
    // Nobody waits any more, and doing it would be work, or worse a purchase, that no one knows of.
    if (deadline <= Date.now()) return;
    const reply = await this.produce(message, headers, deadline);
    try {
      message.respond(reply);
    } catch (error) {
      this.connection.logger.warn(
        { err: error, subject: this.contract.subject },
        'an answer could not be sent',
      );
    }
  }

  private async produce(
    message: Msg,
    headers: Record<string, string>,
    deadline: number,
  ): Promise<Uint8Array> {
    const controller = new AbortController();
    const expire = (): void => controller.abort(new Error('the caller stopped waiting'));
    const timer = setTimeout(expire, deadline - Date.now());
    const correlationId = headers[HEADERS.correlationId] ?? newId();
    try {
      const context = { deadline: new Date(deadline), signal: controller.signal, correlationId };
      const work = async (): Promise<unknown> => this.handler(this.read(message), context);
      const data = await inTrace(headers, `${this.contract.subject} respond`, work);
      return this.encode(data);
    } catch (error) {
      return encodeReply({ ok: false, error: this.describe(error, correlationId) });
    } finally {
      clearTimeout(timer);
    }
  }

  private read(message: Msg): Parameters<RpcHandler<C>>[0] {
    let json: unknown;
    try {
      json = message.json();
    } catch (error) {
      throw new AppError('invalid_input', `The request to ${this.contract.subject} is not JSON.`, {
        cause: error,
      });
    }
    const parsed: unknown = parseOrThrow(
      this.contract.request,
      json,
      `The request to ${this.contract.subject}`,
    );
    return parsed as Parameters<RpcHandler<C>>[0];
  }

  /** From here on the work is done, whatever becomes of the answer. */
  private encode(data: unknown): Uint8Array {
    const parsed = this.contract.response.safeParse(data);
    if (parsed.success) {
      const reply = encodeReply({ ok: true, data: parsed.data });
      assertFits(this.connection, reply, `The answer to ${this.contract.subject}`, 'accepted');
      return reply;
    }
    const message = `The answer to ${this.contract.subject} does not fit its contract.`;
    throw new AppError('internal', message, { outcome: 'accepted', cause: parsed.error });
  }

  private describe(error: unknown, correlationId: string): ErrorRecord {
    const typed = AppError.from(error);
    const about = { err: error, subject: this.contract.subject, correlationId };
    if (typed.code === 'internal') this.connection.logger.error(about, 'a request failed');
    else this.connection.logger.debug(about, 'a request was refused');
    return typed.toRecord();
  }

  /** A caller that does not say how long it waits does so as long as the contract says. */
  private timeoutOf(headers: Record<string, string>): number {
    const given = Number(headers[HEADERS.timeoutMs]);
    return Number.isFinite(given) ? given : this.contract.timeoutMs;
  }
}

function encodeReply(reply: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(reply));
}
