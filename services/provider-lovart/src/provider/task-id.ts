import { AppError } from '@shotloom/kernel';
import { PROVIDER } from './errors';

/** A thread, and the most that it may cost, in Lovart's credits. */
export interface BudgetedThread {
  readonly budget: number;
  readonly threadId: string;
}

/** `<budget>.<thread>`: polls know nothing but this id, and they are who is asked whether the costs are fine. */
export const toTaskId = ({ budget, threadId }: BudgetedThread): string => `${budget}.${threadId}`;

/** Throws for an id that this adapter never made. */
export function readTaskId(id: string): BudgetedThread {
  const [, budget, threadId] = /^(\d+)\.(.+)$/s.exec(id) ?? [];
  if (threadId !== undefined) return { budget: Number(budget), threadId };
  throw new AppError('internal', `${id} is no id of a task at Lovart: it names no budget.`, {
    provider: PROVIDER,
  });
}
