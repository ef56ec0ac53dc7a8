import { randomUUID } from 'node:crypto';
import type { KlingTask } from './kling-tasks';

/** The link to a task's result; made new each time a task is shown. */
export type LinkMaker = (task: KlingTask) => string;

/** A video is a little longer than what was ordered, at the vendor too. */
const EXTRA_SECONDS = 0.041;

/** A task as `/v1/videos/...` and its callbacks show it. */
export function legacyView(task: KlingTask, link: LinkMaker): Record<string, unknown> {
  const { id, order, state, createdAt, updatedAt } = task;
  const done = state === 'succeeded';
  return {
    task_id: id,
    task_status: shownStatus(task, 'succeed'),
    ...(state === 'submitted' ? {} : { task_status_msg: task.message }),
    task_info: order.externalId === null ? {} : { external_task_id: order.externalId },
    ...(done ? { task_result: { videos: [videoOf(task, link)] }, final_unit_deduction: task.charged } : {}),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

/** A task as `/tasks` and the callbacks of the new generation show it. */
export function standardView(task: KlingTask, link: LinkMaker): Record<string, unknown> {
  const { id, order, state, createdAt, updatedAt } = task;
  const done = state === 'succeeded';
  const billing = {
    ...{ charge_type: 'unit', amount: task.charged, package_type: 'video', list_price: task.charged },
  };
  return {
    id,
    status: shownStatus(task, 'succeeded'),
    message: task.message,
    create_time: createdAt,
    update_time: updatedAt,
    ...(order.externalId === null ? {} : { external_id: order.externalId }),
    ...(done ? { outputs: [{ type: 'video', ...videoOf(task, link) }], billing: [billing] } : {}),
  };
}

/** What the new generation answers to a create. */
export function standardCreated({ id, order, createdAt }: KlingTask): Record<string, unknown> {
  return {
    ...{ id, status: 'submitted', create_time: createdAt, update_time: createdAt },
    ...(order.externalId === null ? {} : { external_id: order.externalId }),
  };
}

function shownStatus({ state, statusWord }: KlingTask, doneWord: string): string {
  if (state === 'succeeded') return doneWord;
  return state === 'processing' && statusWord !== null ? statusWord : state;
}

function videoOf(task: KlingTask, link: LinkMaker): Record<string, unknown> {
  const duration = (task.order.clip.seconds + EXTRA_SECONDS).toFixed(3);
  return { id: randomUUID(), url: link(task), watermark_url: '', duration };
}
