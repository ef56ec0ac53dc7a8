import type { FaultEffect } from '../core/faults';
import { TaskBook, type SimTaskOf } from '../core/task-book';
import type { KlingAccount } from './kling-accounts';
import { KlingError } from './kling-errors';
import type { KlingOrder } from './kling-order';

export type KlingTask = SimTaskOf<KlingAccount, KlingOrder>;

/** Kling's tasks, and when it takes no more. */
export class KlingTasks extends TaskBook<KlingAccount, KlingOrder> {
  /** Throws 1201 where the external id is taken, 1303 without a free slot, 1102 without units. */
  override create(account: KlingAccount, order: KlingOrder, faults: readonly FaultEffect[]): KlingTask {
    if (order.externalId !== null && this.byExternal(account, order.externalId) !== undefined) {
      throw new KlingError(1201, `external_task_id already exists: ${order.externalId}`);
    }
    if (account.units < Number(order.units)) throw new KlingError(1102);
    if (this.openOf(account) >= account.concurrency) throw new KlingError(1303);
    return super.create(account, order, faults);
  }
}
