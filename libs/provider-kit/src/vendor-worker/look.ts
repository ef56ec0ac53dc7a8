import type { PayloadOf, pollBatchV1 } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import {
  isAlarming,
  type LookupAnswer,
  type PollAnswer,
  type PollOutcome,
  type TaskRef,
  type VendorAdapter,
  type VendorCall,
} from '../vendor';
import { readTaskRef } from './task-ref';
import type { VendorMetrics } from './vendor-metrics';

export type PollTask = PayloadOf<typeof pollBatchV1>['tasks'][number];

/** What a look gave of one task. */
export interface Look {
  readonly vendorTaskId: string | null;
  readonly outcome: PollOutcome;
}

/** Lookups of one message that are under way at the same time; the planner counted each as a call. */
const LOOKUPS_AT_ONCE = 4;

/** Asks the vendor about all tasks of a message, in as few calls as it allows, and says of each what came of it. Never rejects. */
export async function lookAt(
  tasks: readonly PollTask[],
  adapter: VendorAdapter,
  call: VendorCall,
  metrics: VendorMetrics,
): Promise<ReadonlyMap<PollTask, Look>> {
  const looks = new Map<PollTask, Look>();
  const asked: { readonly task: PollTask; readonly ref: TaskRef }[] = [];
  for (const task of tasks) {
    try {
      asked.push({ task, ref: readTaskRef(task) });
    } catch (error) {
      looks.set(task, notAsked(AppError.from(error)));
    }
  }
  const polls = asked.filter(({ task }) => task.verb === 'poll');
  for (const batch of batches(polls, adapter.capabilities.maxPollBatch)) {
    const refs = batch.map(({ ref }) => ref);
    const answers = await metrics.timed('poll', () => pollAll(adapter, refs, call), failureOfAll);
    batch.forEach(({ task, ref }, index) => looks.set(task, answerFor(ref, answers, index)));
  }
  const lookups = asked.filter(({ task }) => task.verb === 'lookup');
  for (const batch of batches(lookups, LOOKUPS_AT_ONCE)) {
    await Promise.all(
      batch.map(async ({ task, ref }) => {
        const answer = await metrics.timed('lookup', () => lookUp(adapter, ref, call), failureOf);
        looks.set(task, toLook(answer));
      }),
    );
  }
  return looks;
}

/** Whether a person should hear of it, and in which words. The vendor's own words are cut short. */
export function alarmOf({
  outcome,
}: Look): { kind: 'unknownStatus' | 'unreadable'; words: string } | undefined {
  if (!isAlarming(outcome)) return undefined;
  if (outcome.kind === 'unknownStatus') return { kind: 'unknownStatus', words: outcome.word.slice(0, 100) };
  return outcome.kind === 'unreadable' ? { kind: 'unreadable', words: outcome.error.message } : undefined;
}

/** Adapters promise not to reject; one that does has a fault, which must not end an attempt. */
async function pollAll(
  adapter: VendorAdapter,
  refs: readonly TaskRef[],
  call: VendorCall,
): Promise<readonly PollAnswer[]> {
  try {
    return await adapter.poll(refs, call);
  } catch (error) {
    const outcome: PollOutcome = { kind: 'unavailable', error: AppError.from(error) };
    return refs.map(({ attemptId }) => ({ attemptId, vendorTaskId: null, outcome }));
  }
}

async function lookUp(adapter: VendorAdapter, ref: TaskRef, call: VendorCall): Promise<LookupAnswer> {
  const { attemptId, externalTaskId, operation } = ref;
  try {
    const answer = await adapter.lookup?.({ attemptId, externalTaskId, operation }, call);
    return answer ?? { kind: 'unknown', error: cannotLookUp(adapter.provider) };
  } catch (error) {
    return { kind: 'unknown', error: AppError.from(error) };
  }
}

/** In the order of the question; checked, since an answer for another task would end the wrong attempt. */
function answerFor(ref: TaskRef, answers: readonly PollAnswer[], index: number): Look {
  const answer = answers[index];
  if (answer?.attemptId === ref.attemptId) {
    return { vendorTaskId: answer.vendorTaskId, outcome: answer.outcome };
  }
  return notAsked(new AppError('internal', 'The adapter gave no answer for this task.', { retryable: true }));
}

function toLook(answer: LookupAnswer): Look {
  switch (answer.kind) {
    case 'found':
      return { vendorTaskId: answer.vendorTaskId, outcome: answer.outcome };
    case 'notFound':
      return { vendorTaskId: null, outcome: { kind: 'notFound' } };
    case 'unknown':
      return notAsked(answer.error);
  }
}

export const notAsked = (error: AppError): Look => ({
  vendorTaskId: null,
  outcome: { kind: 'unavailable', error },
});

const failureOf = (answer: LookupAnswer): AppError | undefined =>
  answer.kind === 'unknown' ? answer.error : undefined;

/** The call failed where it failed for every task. */
function failureOfAll(answers: readonly PollAnswer[]): AppError | undefined {
  const [first] = answers;
  const failed = answers.every(({ outcome }) => outcome.kind === 'unavailable');
  return failed && first?.outcome.kind === 'unavailable' ? first.outcome.error : undefined;
}

const cannotLookUp = (provider: string): AppError =>
  new AppError('provider_failed', `${provider} cannot find tasks by our own id.`, { provider });

function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
