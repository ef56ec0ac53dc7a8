import type { SimState } from '../core/task-book';
import { failureOf } from './runway-errors';
import type { RunwayTask } from './runway-order';

const WORDS: Readonly<Record<SimState, string>> = {
  ...{ submitted: 'PENDING', processing: 'RUNNING', succeeded: 'SUCCEEDED', failed: 'FAILED' },
  cancelled: 'CANCELLED',
};

export interface ViewContext {
  readonly now: number;
  /** Waits only for another of the account's to end. */
  readonly isHeld: boolean;
  /** Milliseconds that a task is expected to work, for its progress. */
  readonly usualRunMs: number;
  readonly link: () => string;
}

/** What a task that has ended took. */
export function creditsOf(task: RunwayTask): number {
  if (task.state === 'succeeded') return Number(task.order.units);
  return task.state === 'failed' && !failureOf(task.message).isRefunded ? Number(task.order.units) : 0;
}

/** A task as `GET /v1/tasks/{id}` shows it. */
export function taskView(task: RunwayTask, context: ViewContext): Record<string, unknown> {
  const { id, state, createdAt, order } = task;
  const common = { id, createdAt: new Date(createdAt).toISOString() };
  const cost = { credits: creditsOf(task) };
  const estimatedCost = { credits: Number(order.units) };
  switch (state) {
    case 'submitted':
      return { ...common, status: context.isHeld ? 'THROTTLED' : WORDS.submitted, estimatedCost };
    case 'processing':
      return {
        ...common,
        status: task.statusWord ?? WORDS.processing,
        progress: Math.min(0.99, (context.now - task.updatedAt) / context.usualRunMs),
        estimatedCost,
      };
    case 'succeeded':
      return { ...common, status: WORDS.succeeded, output: [context.link()], cost };
    case 'failed': {
      const { failure, failureCode } = failureOf(task.message);
      return { ...common, status: WORDS.failed, failure, failureCode, cost };
    }
    case 'cancelled':
      return { ...common, status: WORDS.cancelled, cost };
  }
}
