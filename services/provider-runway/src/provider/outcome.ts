import type { Clock } from '@shotloom/kernel';
import {
  decimalText,
  readShape,
  unreadableLook,
  type PollOutcome,
  type VendorCost,
} from '@shotloom/provider-kit';
import { PROVIDER, taskFailure, taskStopped } from './errors';
import { outputSchema, taskSchema, type RunwayTask } from './schemas';

/** The least that the vendor says of a link; asking again gives another. */
const LINK_LIFETIME_MS = 24 * 3_600_000;
const COST_UNIT = 'runway_credit';

/** What the answer about the task with this id says. */
export function readTask(json: unknown, id: string, clock: Clock): PollOutcome {
  const read = readShape(taskSchema, json);
  if (!read.ok) return unreadableLook(PROVIDER, read.problem);
  if (read.data.id !== id) return unreadableLook(PROVIDER, 'it is another task');
  return outcomeOf(read.data, clock);
}

function outcomeOf(task: RunwayTask, clock: Clock): PollOutcome {
  const { status, progress, failure, failureCode } = task;
  const cost = costOf(task);
  const chargeable = cost !== null && Number(cost.amount) > 0;
  switch (status) {
    case 'PENDING':
    // More than the account works on at a time: it goes on by itself.
    // falls through
    case 'THROTTLED':
      return { kind: 'running', phase: 'queued', progress: null };
    case 'RUNNING':
      return { kind: 'running', phase: 'running', progress: share(progress ?? null) };
    case 'SUCCEEDED':
      return resultOf(task, cost, clock);
    case 'FAILED':
      return { kind: 'failed', error: taskFailure(failureCode ?? null, failure ?? '', chargeable), cost };
    case 'CANCELLED':
      return { kind: 'failed', error: taskStopped(chargeable), cost };
    default:
      return { kind: 'unknownStatus', word: status };
  }
}

function resultOf({ output }: RunwayTask, cost: VendorCost | null, clock: Clock): PollOutcome {
  const urls = readShape(outputSchema, output ?? null);
  if (!urls.ok)
    return unreadableLook(PROVIDER, `it succeeded, but its output is no address: ${urls.problem}`);
  const expiresAt = new Date(clock.now().getTime() + LINK_LIFETIME_MS);
  return {
    kind: 'succeeded',
    videos: urls.data.map((url) => ({ url, expiresAt, durationSeconds: null })),
    cost,
  };
}

/** The types give no range: above 1 it can only be a percentage. */
function share(progress: number | null): number | null {
  if (progress === null || !(progress >= 0)) return null;
  return Math.min(1, progress > 1 ? progress / 100 : progress);
}

const costOf = ({ cost }: RunwayTask): VendorCost | null =>
  cost === null || cost === undefined ? null : { amount: decimalText(cost.credits), unit: COST_UNIT };
