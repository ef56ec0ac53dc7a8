import { has } from '../core/sim-server';
import type { FaultEffect } from '../core/faults';
import type { SeededRandom } from '../core/seeded-random';
import type { SimClock } from '../core/sim-clock';
import type { KlingAccount } from './kling-accounts';
import { KlingError } from './kling-errors';
import type { KlingOrder } from './kling-order';

export type KlingState = 'submitted' | 'processing' | 'succeeded' | 'failed';
export type CallbackMode = 'normal' | 'duplicate' | 'reorder' | 'drop' | 'forge';

export interface KlingTask {
  readonly id: string;
  readonly account: KlingAccount;
  readonly order: KlingOrder;
  readonly createdAt: number;
  readonly callbackMode: CallbackMode;
  /** Shown instead of `processing`. */
  readonly statusWord: string | null;
  state: KlingState;
  message: string;
  updatedAt: number;
  /** Units taken; empty until it has succeeded. */
  charged: string;
}

export interface KlingTimes {
  /** Milliseconds, drawn by the seed: waiting, then working. */
  readonly queueMs: readonly [number, number];
  readonly runMs: readonly [number, number];
}

const FAILING_WORD = '[sim:fail]';

/** All tasks of all accounts, and their way from `submitted` to an end. */
export class KlingTasks {
  private readonly tasks = new Map<string, KlingTask>();
  private readonly byExternalId = new Map<string, KlingTask>();
  private readonly open = new Map<KlingAccount, number>();
  private lastId: bigint;

  constructor(
    private readonly clock: SimClock,
    private readonly random: SeededRandom,
    private readonly times: KlingTimes,
    private readonly onChange: (task: KlingTask) => void,
  ) {
    // Later than those of a simulator that ran before, so that an id is never given twice.
    this.lastId = BigInt(clock.now()) * 100_000n;
  }

  /** Throws 1201 where the external id is taken, 1303 without a free slot, 1102 without units. */
  create(account: KlingAccount, order: KlingOrder, faults: readonly FaultEffect[]): KlingTask {
    if (order.externalId !== null && this.byExternalId.has(externalKey(account, order.externalId))) {
      throw new KlingError(1201, `external_task_id already exists: ${order.externalId}`);
    }
    if (account.units < Number(order.units)) throw new KlingError(1102);
    const open = this.open.get(account) ?? 0;
    if (open >= account.concurrency) throw new KlingError(1303);
    const now = this.clock.now();
    const task: KlingTask = {
      ...{ id: `${++this.lastId}`, account, order, createdAt: now, updatedAt: now },
      ...{ state: 'submitted', message: '', charged: '' },
      statusWord: has(faults, 'task-status')?.word ?? null,
      callbackMode: has(faults, 'callbacks')?.mode ?? 'normal',
    };
    this.tasks.set(task.id, task);
    if (order.externalId !== null) this.byExternalId.set(externalKey(account, order.externalId), task);
    this.open.set(account, open + 1);
    this.schedule(task, faults);
    return task;
  }

  byId(account: KlingAccount, id: string): KlingTask | undefined {
    const task = this.tasks.get(id);
    return task?.account === account ? task : undefined;
  }

  byExternal(account: KlingAccount, externalId: string): KlingTask | undefined {
    return this.byExternalId.get(externalKey(account, externalId));
  }

  /** Newest first. */
  list(account: KlingAccount): KlingTask[] {
    return [...this.tasks.values()].filter((task) => task.account === account).reverse();
  }

  all(): readonly KlingTask[] {
    return [...this.tasks.values()];
  }

  get(id: string): KlingTask | undefined {
    return this.tasks.get(id);
  }

  private schedule(task: KlingTask, faults: readonly FaultEffect[]): void {
    const queue = this.random.between(this.times.queueMs);
    const run = has(faults, 'task-takes')?.ms ?? this.random.between(this.times.runMs);
    const failure =
      has(faults, 'task-fails')?.message ??
      (task.order.prompt.includes(FAILING_WORD) ? 'Failure to pass the risk control system' : undefined);
    // One after the other: two timers that are both late may fire in either order, and a task never goes back.
    this.clock.after(queue, () => {
      this.move(task, 'processing');
      this.clock.after(run, () => this.finish(task, failure));
    });
  }

  private finish(task: KlingTask, failure: string | undefined): void {
    this.open.set(task.account, (this.open.get(task.account) ?? 1) - 1);
    if (failure !== undefined) {
      task.message = failure;
      this.move(task, 'failed');
      return;
    }
    task.charged = task.order.units;
    task.account.units -= Number(task.order.units);
    this.move(task, 'succeeded');
  }

  private move(task: KlingTask, state: KlingState): void {
    task.state = state;
    task.updatedAt = this.clock.now();
    this.onChange(task);
  }
}

const externalKey = (account: KlingAccount, externalId: string): string => `${account.name}\n${externalId}`;
