import type { Msg, Subscription as NatsSubscription } from '@nats-io/transport-node';
import type { Connection } from './connection';
import { toDelivery, type Delivery } from './delivery';

export interface PullLoopOptions {
  readonly stream: string;
  /** Asked at every pull, since an ordered reader's consumer changes its name. */
  readonly consumer: () => string;
  /** How many messages may be on their way or in work now. */
  readonly capacity: () => number;
  readonly onDelivery: (delivery: Delivery) => void;
  /** Runs before pulling again after a reconnect or a refusal by the server. */
  readonly beforeRestart?: () => Promise<void>;
  /** Longest life of one pull request, in milliseconds. */
  readonly windowMs?: number;
}

const WINDOW_MS = 20_000;
const SHORTEST_PULL_MS = 1_000;
const SILENCE_GRACE_MS = 5_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

const STATUS_HEARTBEAT = 100;
const STATUS_NONE_NOW = 404;
const STATUS_EXPIRED = 408;

/**
 * Long-poll pulls that together ask for at least half of the free slots and never for more than them: what is asked for may come at
 * once, and a message that waits in a process is a message that no other replica can take.
 *
 * All requests of a loop end at the same moments (windows), so that after a quiet while one request stands for all
 * slots. The client's own `consume()` refills when messages arrive, not when they are done; hence this class.
 */
export class PullLoop {
  private subscription: NatsSubscription | undefined;
  private outstanding = 0;
  private heardAt = Date.now();
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: NodeJS.Timeout | undefined;
  private pullScheduled = false;
  private stopped = false;
  private readonly windowOffset: number;
  private readonly watchdog: NodeJS.Timeout;
  private readonly forgetReconnect: () => void;

  constructor(
    private readonly connection: Connection,
    private readonly options: PullLoopOptions,
  ) {
    this.windowOffset = Math.floor(Math.random() * this.windowMs);
    this.forgetReconnect = connection.onReconnect(() => this.restart(0));
    this.watchdog = setInterval(() => this.checkSilence(), this.windowMs);
    this.watchdog.unref();
  }

  start(): void {
    this.listen();
    this.pull();
  }

  /** Slots may have become free. */
  wake(): void {
    if (this.pullScheduled || this.stopped) return;
    this.pullScheduled = true;
    setImmediate(() => {
      this.pullScheduled = false;
      this.pull();
    });
  }

  /** Throws away all standing requests (their inbox is given up, so the server drops them) and starts anew. */
  restart(delayMs: number): void {
    this.ignore();
    clearTimeout(this.retryTimer);
    if (this.stopped) return;
    this.retryTimer = setTimeout(() => void this.resume(), delayMs);
  }

  /** Asks for nothing more. What the server sends in the same moment is given back at once. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    clearTimeout(this.retryTimer);
    clearInterval(this.watchdog);
    this.forgetReconnect();
    if (this.connection.isConnected()) await this.subscription?.drain();
    else this.subscription?.unsubscribe();
  }

  private get windowMs(): number {
    return this.options.windowMs ?? WINDOW_MS;
  }

  private async resume(): Promise<void> {
    try {
      await this.options.beforeRestart?.();
    } catch (error) {
      this.connection.logger.warn({ err: error, stream: this.options.stream }, 'cannot read the stream yet');
      this.retryLater();
      return;
    }
    if (this.stopped || this.subscription !== undefined) return;
    this.listen();
    this.pull();
  }

  private listen(): void {
    this.outstanding = 0;
    this.heardAt = Date.now();
    const subscription = this.connection.nc.subscribe(this.connection.inbox(), {
      callback: (error, message) => {
        if (subscription !== this.subscription) return;
        if (error === null) this.receive(message);
        else this.refused({ err: error });
      },
    });
    this.subscription = subscription;
  }

  private ignore(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
    this.outstanding = 0;
  }

  private pull(): void {
    // Without a connection the request would be buffered and come on top of the one that the reconnect makes.
    if (this.stopped || this.subscription === undefined || !this.connection.isConnected()) return;
    const slots = Math.floor(this.options.capacity());
    const batch = slots - this.outstanding;
    // Each request costs the server as much as a message: while half of the slots are asked for, the others wait for company.
    if (batch <= 0 || this.outstanding > slots / 2) return;
    this.outstanding += batch;
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${this.options.stream}.${this.options.consumer()}`;
    const body = JSON.stringify({ batch, expires: this.untilWindowEnds() * 1_000_000 });
    this.connection.nc.publish(subject, body, { reply: this.subscription.getSubject() });
  }

  private untilWindowEnds(): number {
    const left = this.windowMs - ((Date.now() + this.windowOffset) % this.windowMs);
    return left < SHORTEST_PULL_MS ? left + this.windowMs : left;
  }

  private receive(message: Msg): void {
    this.heardAt = Date.now();
    const delivery = toDelivery(message);
    if (delivery === undefined) {
      this.status(message);
      return;
    }
    this.retryMs = FIRST_RETRY_MS;
    this.outstanding = Math.max(0, this.outstanding - 1);
    if (this.stopped) return delivery.nak();
    this.options.onDelivery(delivery);
    this.wake();
  }

  private status(message: Msg): void {
    const code = message.headers?.code ?? 0;
    if (code === STATUS_HEARTBEAT || this.stopped) return;
    const unfilled = message.headers?.get('Nats-Pending-Messages');
    if ((code === STATUS_EXPIRED || code === STATUS_NONE_NOW) && unfilled) {
      this.retryMs = FIRST_RETRY_MS;
      this.outstanding = Math.max(0, this.outstanding - Number(unfilled));
      this.wake();
      return;
    }
    this.refused({ code, description: message.headers?.description });
  }

  /** The consumer is gone, moves to another server, or JetStream is not up yet: ask again, less and less often. */
  private refused(why: object): void {
    const { stream, consumer } = this.options;
    this.connection.logger.debug({ ...why, stream, consumer: consumer() }, 'a pull was refused');
    if (this.retryMs >= LONGEST_RETRY_MS) {
      this.connection.logger.warn(
        { ...why, stream, consumer: consumer() },
        'pulls are refused: does the consumer exist?',
      );
    }
    this.retryLater();
  }

  private retryLater(): void {
    this.restart(this.retryMs);
    this.retryMs = Math.min(LONGEST_RETRY_MS, this.retryMs * 2);
  }

  /** Every request ends within a window; when nothing was heard for longer, the server has forgotten us. */
  private checkSilence(): void {
    const silent = Date.now() - this.heardAt > this.windowMs + SILENCE_GRACE_MS;
    if (this.outstanding > 0 && silent && this.connection.isConnected()) this.restart(0);
  }
}
