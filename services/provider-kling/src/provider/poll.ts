import {
  failedLook,
  wrongShape,
  type PollAnswer,
  type PollOutcome,
  type TaskRef,
  type VendorCall,
} from '@shotloom/provider-kit';
import { authOf } from './auth';
import type { KlingClient, KlingTaskList, LegacyProduct } from './client';
import { PROVIDER } from './errors';
import type { KlingTaskView } from './outcome-mapping';

/** One query takes so many ids. */
export const MAX_IDS = 20;
/** From so many tasks on, the list of a product is cheaper than one query for each. */
const LIST_FROM = 5;

/** Asks about at most 20 tasks, in as few calls as the kind of key allows. Never rejects. */
export async function pollSome(
  client: KlingClient,
  tasks: readonly TaskRef[],
  call: VendorCall,
): Promise<PollAnswer[]> {
  try {
    if (authOf(call.credential).kind === 'keyPair') return await pollLegacy(client, tasks, call);
    const ids = tasks.map(({ externalTaskId }) => externalTaskId);
    const list = await client.tasksByExternalId(ids, call);
    const otherwise = missingFrom(list, tasks);
    return tasks.map((task) => answerOf(task, find(list, task), otherwise));
  } catch (error) {
    return tasks.map((task) => answerOf(task, undefined, failedLook(error)));
  }
}

/** The old generation has no query for several tasks: its list, and one query for each that is not on it. */
async function pollLegacy(
  client: KlingClient,
  tasks: readonly TaskRef[],
  call: VendorCall,
): Promise<PollAnswer[]> {
  const lists = new Map<LegacyProduct, KlingTaskList>();
  for (const product of new Set(tasks.map(productOf))) {
    if (tasks.filter((task) => productOf(task) === product).length < LIST_FROM) continue;
    lists.set(product, await client.legacyList(product, call));
  }
  return Promise.all(
    tasks.map(async (task) => {
      const product = productOf(task);
      try {
        const listed = find(lists.get(product), task);
        const id = task.vendorTaskId ?? task.externalTaskId;
        const view = listed ?? (await client.legacyTask(product, id, call)) ?? undefined;
        return answerOf(task, view, { kind: 'notFound' });
      } catch (error) {
        return answerOf(task, undefined, failedLook(error));
      }
    }),
  );
}

const productOf = ({ operation }: TaskRef): LegacyProduct =>
  operation === 'image-to-video' ? 'image2video' : 'text2video';

const isOf = ({ externalTaskId, vendorTaskId }: TaskRef, view: KlingTaskView): boolean =>
  view.externalTaskId === externalTaskId || view.vendorTaskId === vendorTaskId;

const find = (list: KlingTaskList | undefined, task: TaskRef): KlingTaskView | undefined =>
  list?.tasks.find((view) => isOf(task, view));

const answerOf = (
  { attemptId }: TaskRef,
  view: KlingTaskView | undefined,
  otherwise: PollOutcome,
): PollAnswer => ({
  attemptId,
  vendorTaskId: view?.vendorTaskId ?? null,
  outcome: view?.outcome ?? otherwise,
});

/** What is not on the list is only known to be missing where we know whose everything on the list is. */
function missingFrom({ tasks, unreadable }: KlingTaskList, asked: readonly TaskRef[]): PollOutcome {
  const strange = tasks.filter((view) => !asked.some((task) => isOf(task, view))).length;
  if (unreadable + strange === 0) return { kind: 'notFound' };
  return { kind: 'unreadable', error: wrongShape(PROVIDER, 'a task that nobody asked for', 'accepted') };
}
