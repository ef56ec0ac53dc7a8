import type { FaultEffect } from './faults';
import type { ClipSpec } from './result-media';
import type { SeededRandom } from './seeded-random';
import type { SimClock } from './sim-clock';
import { has } from './sim-server';

export type SimState = 'submitted' | 'processing' | 'succeeded' | 'failed' | 'cancelled';
export type CallbackMode = 'normal' | 'duplicate' | 'reorder' | 'drop' | 'forge';

/** What the book must know of an account; a vendor adds its keys and limits. */
export interface SimAccount {
  readonly name: string;
  /** What is left, in the vendor's unit. */
  units: number;
}

/** A create request that passed every check. A vendor adds what its answers show. */
export interface SimOrder {
  readonly prompt: string;
  /** Null where the vendor takes none. */
  readonly externalId: string | null;
  readonly callbackUrl: string | null;
  readonly clip: ClipSpec;
  /** What it costs when it succeeds, in the vendor's unit; decimal text. */
  readonly units: string;
}

export interface SimTaskOf<A extends SimAccount, O extends SimOrder> {
  readonly id: string;
  readonly account: A;
  readonly order: O;
  readonly createdAt: number;
  readonly callbackMode: CallbackMode;
  /** Shown instead of the vendor's own word while it works. */
  readonly statusWord: string | null;
  state: SimState;
  /** Why it failed; empty otherwise. */
  message: string;
  updatedAt: number;
  /** Units taken; empty until it has succeeded. */
  charged: string;
}

export interface SimTimes {
  /** Milliseconds, drawn by the seed: waiting, then working. */
  readonly queueMs: readonly [number, number];
  readonly runMs: readonly [number, number];
}

const FAILING_WORD = '[sim:fail]';

export interface TaskBookOptions<T> {
  readonly clock: SimClock;
  readonly random: SeededRandom;
  readonly times: SimTimes;
  /** After every change of a task. */
  readonly onChange: (task: T) => void;
  /** Made of a number that was never given before. Default: the number itself. */
  readonly toId?: (number: bigint) => string;
  /** What a prompt with `[sim:fail]` fails of. */
  readonly failingWords?: string;
  /** Tasks of its account that work at the same time; one more waits. Default: no limit. */
  readonly slotsFor?: (task: T) => number;
}

/** All tasks of all accounts of one vendor, and their way from `submitted` to an end. */
export class TaskBook<A extends SimAccount, O extends SimOrder> {
  private readonly tasks = new Map<string, SimTaskOf<A, O>>();
  private readonly byExternalId = new Map<string, SimTaskOf<A, O>>();
  private readonly open = new Map<A, number>();
  private readonly working = new Map<A, number>();
  /** Those that could work if there were a slot, the oldest first. */
  private held: { readonly task: SimTaskOf<A, O>; readonly begin: () => void }[] = [];
  private lastNumber: bigint;

  constructor(private readonly options: TaskBookOptions<SimTaskOf<A, O>>) {
    // Later than those of a simulator that ran before, so that an id is never given twice.
    this.lastNumber = BigInt(options.clock.now()) * 100_000n;
  }

  /** Makes a task. Whether the account may is for the vendor to check before. */
  create(account: A, order: O, faults: readonly FaultEffect[]): SimTaskOf<A, O> {
    const { clock, toId = String } = this.options;
    const now = clock.now();
    const task: SimTaskOf<A, O> = {
      ...{ id: toId(++this.lastNumber), account, order, createdAt: now, updatedAt: now },
      ...{ state: 'submitted', message: '', charged: '' },
      statusWord: has(faults, 'task-status')?.word ?? null,
      callbackMode: has(faults, 'callbacks')?.mode ?? 'normal',
    };
    this.tasks.set(task.id, task);
    if (order.externalId !== null) this.byExternalId.set(externalKey(account, order.externalId), task);
    this.open.set(account, this.openOf(account) + 1);
    this.schedule(task, faults);
    return task;
  }

  /** Tasks of an account that have not ended. */
  openOf(account: A): number {
    return this.open.get(account) ?? 0;
  }

  /** Whether it only waits for another task of its account to end. */
  isHeld(task: SimTaskOf<A, O>): boolean {
    return this.held.some((one) => one.task === task);
  }

  byId(account: A, id: string): SimTaskOf<A, O> | undefined {
    const task = this.tasks.get(id);
    return task?.account === account ? task : undefined;
  }

  byExternal(account: A, externalId: string): SimTaskOf<A, O> | undefined {
    return this.byExternalId.get(externalKey(account, externalId));
  }

  /** Newest first. */
  list(account: A): SimTaskOf<A, O>[] {
    return [...this.tasks.values()].filter((task) => task.account === account).reverse();
  }

  all(): readonly SimTaskOf<A, O>[] {
    return [...this.tasks.values()];
  }

  get(id: string): SimTaskOf<A, O> | undefined {
    return this.tasks.get(id);
  }

  /** Ends a task that has not ended; false where it has. */
  cancel(task: SimTaskOf<A, O>): boolean {
    return this.end(task, 'cancelled');
  }

  private schedule(task: SimTaskOf<A, O>, faults: readonly FaultEffect[]): void {
    const { clock, random, times, failingWords = 'The video could not be made' } = this.options;
    const queue = random.between(times.queueMs);
    const run = has(faults, 'task-takes')?.ms ?? random.between(times.runMs);
    const failure =
      has(faults, 'task-fails')?.message ??
      (task.order.prompt.includes(FAILING_WORD) ? failingWords : undefined);
    // One after the other: two timers that are both late may fire in either order, and a task never goes back.
    const begin = (): void => {
      this.countWorking(task, 1);
      this.move(task, 'processing');
      clock.after(run, () => this.finish(task, failure));
    };
    clock.after(queue, () => {
      if (task.state !== 'submitted') return;
      if (this.hasSlot(task)) begin();
      else this.held.push({ task, begin });
    });
  }

  private hasSlot(task: SimTaskOf<A, O>): boolean {
    return (this.working.get(task.account) ?? 0) < (this.options.slotsFor?.(task) ?? Infinity);
  }

  private countWorking({ account }: SimTaskOf<A, O>, change: 1 | -1): void {
    this.working.set(account, (this.working.get(account) ?? 0) + change);
  }

  /** Lets the oldest begin that waited for a slot: after a task has ended, or where `slotsFor` says more than before. */
  release(account: A): void {
    const next = this.held.find(({ task }) => task.account === account && this.hasSlot(task));
    if (next === undefined) return;
    this.held = this.held.filter((one) => one !== next);
    next.begin();
  }

  private finish(task: SimTaskOf<A, O>, failure: string | undefined): void {
    if (task.state !== 'processing') return;
    if (failure !== undefined) {
      task.message = failure;
      this.end(task, 'failed');
      return;
    }
    task.charged = task.order.units;
    task.account.units -= Number(task.order.units);
    this.end(task, 'succeeded');
  }

  private end(task: SimTaskOf<A, O>, state: 'succeeded' | 'failed' | 'cancelled'): boolean {
    if (task.state !== 'submitted' && task.state !== 'processing') return false;
    this.open.set(task.account, this.openOf(task.account) - 1);
    this.held = this.held.filter((one) => one.task !== task);
    if (task.state === 'processing') this.countWorking(task, -1);
    this.move(task, state);
    this.release(task.account);
    return true;
  }

  private move(task: SimTaskOf<A, O>, state: SimState): void {
    task.state = state;
    task.updatedAt = this.options.clock.now();
    this.options.onChange(task);
  }
}

const externalKey = ({ name }: SimAccount, externalId: string): string => `${name}\n${externalId}`;
