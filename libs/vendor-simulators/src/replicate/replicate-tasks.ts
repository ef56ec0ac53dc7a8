import type { FaultEffect } from '../core/faults';
import type { SimClock } from '../core/sim-clock';
import { TaskBook, type TaskBookOptions } from '../core/task-book';
import type { ReplicateAccount } from './replicate-accounts';
import type { ReplicateOrder, ReplicateTask } from './replicate-order';
import { predictSeconds, type Run } from './replicate-views';

const NOT_STARTED: Run = { startedAt: null, deadline: null };

/** Replicate's predictions: it queues whatever comes, bills hardware by the second, and stops what has a deadline. */
export class ReplicateTasks extends TaskBook<ReplicateAccount, ReplicateOrder> {
  private readonly runs = new Map<string, Run>();
  private readonly waiting = new Map<string, () => void>();
  private readonly clock: SimClock;

  constructor(options: TaskBookOptions<ReplicateTask>) {
    super({
      ...options,
      onChange: (task) => {
        this.changed(task);
        options.onChange(task);
      },
    });
    this.clock = options.clock;
  }

  override create(
    account: ReplicateAccount,
    order: ReplicateOrder,
    faults: readonly FaultEffect[],
  ): ReplicateTask {
    const task = super.create(account, order, faults);
    if (order.cancelAfterMs === null) return task;
    this.runs.set(task.id, { startedAt: null, deadline: task.createdAt + order.cancelAfterMs });
    this.clock.after(order.cancelAfterMs, () => void this.cancel(task));
    return task;
  }

  runOf({ id }: ReplicateTask): Run {
    return this.runs.get(id) ?? NOT_STARTED;
  }

  /** True as soon as it has ended; false when that took longer. */
  ended(task: ReplicateTask, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.waiting.set(task.id, () => resolve(true));
      this.clock.after(ms, () => resolve(false));
    });
  }

  private changed(task: ReplicateTask): void {
    if (task.state === 'processing') {
      this.runs.set(task.id, { ...this.runOf(task), startedAt: task.updatedAt });
      return;
    }
    this.bill(task);
    this.waiting.get(task.id)?.();
    this.waiting.delete(task.id);
  }

  /** The hardware is paid for also where nothing came of it. */
  private bill(task: ReplicateTask): void {
    const { price } = task.order.model;
    const { startedAt } = this.runOf(task);
    if (!('perGpuSecond' in price) || startedAt === null) return;
    const dollars = predictSeconds(task, startedAt) * price.perGpuSecond;
    task.charged = `${Math.round(dollars * 1_000_000) / 1_000_000}`;
    task.account.units -= dollars;
  }
}
