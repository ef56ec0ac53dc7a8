import type { Logger } from '@shotloom/service-kit';
import { BucketState } from './bucket-state';
import type { Lease, LeaseRequest, Rate } from './lease-tokens';
import { LocalShare } from './local-share';

export interface Verdict {
  readonly allowed: boolean;
  /** Requests that may still come at once. */
  readonly remaining: number;
  /** Until the bucket is full again. Whole seconds. */
  readonly resetSeconds: number;
  /** When it is worth to try again; 0 where it was allowed. */
  readonly retryAfterMs: number;
}

/** A request waits this long for an answer of Postgres, and not at all within a second after one that came too late. Milliseconds. */
const PATIENCE_MS = 100;
const IMPATIENT_MS = 1_000;
const MOST_IN_ONE = 500;
/** Buckets kept in memory; each has about 300 bytes. Those that were used least lately are forgotten first. */
const CAPACITY = 50_000;

/**
 * Token buckets that all replicas share through Postgres, without a statement for each request: a replica takes a handful of tokens
 * out of the shared bucket for a second and gives them out by itself. It lets the first few requests of a key through before it asks
 * (they are counted with the next question), so that nobody who asks slowly ever waits. In any time `t` all replicas
 * together let through at most `burst + rate * t`, and each of them the few that it may let through before it asks.
 */
export class LeasedBuckets {
  private readonly buckets = new Map<string, BucketState>();
  private readonly pending = new Map<string, Question>();
  private flushing = false;
  private impatientUntil = 0;

  constructor(
    private readonly deps: {
      readonly lease: (requests: readonly LeaseRequest[]) => Promise<ReadonlyMap<string, Lease>>;
      /** Milliseconds that only grow. */
      readonly now: () => number;
      /** Gateways that share the buckets; each lets through its part while Postgres does not answer. */
      readonly replicas: number;
      readonly logger: Logger;
      readonly capacity?: number;
    },
  ) {}

  get size(): number {
    return this.buckets.size;
  }

  async take(key: string, rate: Rate): Promise<Verdict> {
    const state = this.find(key, rate);
    let spot = state.take(this.deps.now());
    if (spot === 'ask') {
      if (!(await this.askInTime(state))) return this.fromLocalShare(state);
      spot = state.again(this.deps.now());
    } else if (state.runsLow(this.deps.now())) void this.ask(state, 0);
    return this.verdict(state, spot === 'taken');
  }

  /** Without taking anything: whether the bucket is known to be empty. */
  isDry(key: string): boolean {
    const state = this.buckets.get(key);
    return state !== undefined && state.remaining(this.deps.now()) < 1;
  }

  private find(key: string, rate: Rate): BucketState {
    const known = this.buckets.get(key);
    this.buckets.delete(key);
    const same = known?.rate.perSecond === rate.perSecond && known.rate.burst === rate.burst;
    const state = same ? known : new BucketState(key, rate, this.deps.now());
    // The order of a Map is that of insertion: the one used least lately is first.
    this.buckets.set(key, state);
    if (this.buckets.size > (this.deps.capacity ?? CAPACITY)) {
      const [oldest] = this.buckets.keys();
      if (oldest !== undefined) this.buckets.delete(oldest);
    }
    return state;
  }

  /** False where the answer is late. */
  private async askInTime(state: BucketState): Promise<boolean> {
    const answered = this.ask(state, 1);
    if (this.deps.now() < this.impatientUntil) return false;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), PATIENCE_MS)));
    const result = await Promise.race([answered, late]);
    clearTimeout(timer);
    if (result === 'late') this.impatientUntil = this.deps.now() + IMPATIENT_MS;
    return result === true;
  }

  /** Many questions of the same moment become one statement. False where it was not answered. Never rejects. */
  private ask(state: BucketState, waiting: number): Promise<boolean> {
    const question = this.pending.get(state.key) ?? newQuestion(state);
    question.waiting += waiting;
    this.pending.set(state.key, question);
    if (!this.flushing) {
      this.flushing = true;
      setImmediate(() => void this.flush());
    }
    return question.answered;
  }

  private async flush(): Promise<void> {
    while (this.pending.size > 0) {
      const batch = [...this.pending.values()].slice(0, MOST_IN_ONE);
      for (const { state } of batch) this.pending.delete(state.key);
      await this.askFor(batch);
    }
    this.flushing = false;
  }

  private async askFor(batch: readonly Question[]): Promise<void> {
    const { lease, now, logger } = this.deps;
    const asked = batch.map(({ state, waiting }) => ({ state, request: state.question(now(), waiting) }));
    let answers: ReadonlyMap<string, Lease> = new Map();
    try {
      answers = await lease(asked.map(({ request }) => request));
    } catch (error) {
      this.impatientUntil = now() + IMPATIENT_MS;
      logger.warn({ err: error }, 'rate limits could not be shared; each gateway limits by itself for now');
    }
    for (const { state, request } of asked) {
      const answer = answers.get(state.key);
      if (answer) state.answer(answer, now());
      else state.unanswered(request);
    }
    for (const { state, settle } of batch) settle(answers.has(state.key));
  }

  private fromLocalShare(state: BucketState): Verdict {
    const { now, replicas } = this.deps;
    state.local ??= new LocalShare(state.rate, replicas, now());
    const allowed = state.local.take(now());
    if (allowed) state.overdraw();
    const wait = (replicas / state.rate.perSecond) * 1_000;
    return {
      allowed,
      remaining: state.local.left,
      resetSeconds: Math.ceil(state.rate.burst / state.rate.perSecond),
      retryAfterMs: allowed ? 0 : wait,
    };
  }

  private verdict(state: BucketState, allowed: boolean): Verdict {
    const now = this.deps.now();
    const remaining = allowed ? state.remaining(now) : 0;
    return {
      allowed,
      remaining,
      resetSeconds: Math.ceil((state.rate.burst - remaining) / state.rate.perSecond),
      retryAfterMs: allowed ? 0 : state.waitMs(now),
    };
  }
}

/** What is to be asked of one bucket with the next statement. */
interface Question {
  readonly state: BucketState;
  /** Requests that wait for the answer. */
  waiting: number;
  readonly answered: Promise<boolean>;
  readonly settle: (answered: boolean) => void;
}

function newQuestion(state: BucketState): Question {
  const { promise: answered, resolve: settle } = Promise.withResolvers<boolean>();
  return { state, waiting: 0, answered, settle };
}
