import type { SimState } from '../core/task-book';
import { baseResp } from './hailuo-errors';
import type { HailuoTask } from './hailuo-order';

const V1_WORDS: Readonly<Record<SimState, string>> = {
  ...{
    submitted: 'Queueing',
    processing: 'Processing',
    succeeded: 'Success',
    failed: 'Fail',
    cancelled: 'Fail',
  },
};
/** Callbacks of v1 write the same in other words. */
const V1_PUSHED: Readonly<Record<SimState, string>> = {
  ...{ submitted: 'processing', processing: 'processing', succeeded: 'success', failed: 'failed' },
  cancelled: 'failed',
};
const V2_WORDS: Readonly<Record<SimState, string>> = {
  ...{ submitted: 'queued', processing: 'running', succeeded: 'succeeded', failed: 'failed' },
  cancelled: 'cancelled',
};
const UNSAFE = /sensitive|unsafe|policy|risk/i;

const failureCode = (message: string): 1027 | 1000 => (UNSAFE.test(message) ? 1027 : 1000);
const shown = (words: Readonly<Record<SimState, string>>, { state, statusWord }: HailuoTask): string =>
  state === 'processing' && statusWord !== null ? statusWord : words[state];

/** A task as `GET /v1/query/video_generation` shows it, and as callbacks do (`pushed`). */
export function v1View(task: HailuoTask, fileId: string | null, pushed = false): Record<string, unknown> {
  const { width, height } = task.order.clip;
  const failed = task.state === 'failed';
  return {
    task_id: task.id,
    status: shown(pushed ? V1_PUSHED : V1_WORDS, task),
    ...(fileId === null ? {} : { file_id: fileId, video_width: width, video_height: height }),
    base_resp: failed ? baseResp(failureCode(task.message), task.message) : baseResp(),
  };
}

/** `GET /v1/files/retrieve`; its id is a number, where the query writes it as text. */
export function fileView(
  task: HailuoTask,
  fileId: string,
  url: string,
  bytes: number,
): Record<string, unknown> {
  return {
    file: {
      ...{ file_id: Number(fileId), bytes, created_at: Math.floor(task.updatedAt / 1000) },
      ...{ filename: 'output_aigc.mp4', purpose: 'video_generation', download_url: url },
    },
    base_resp: baseResp(),
  };
}

/** A task as `GET /v2/query/video_generation/{id}`, the list and callbacks show it. */
export function v2View(task: HailuoTask, url: string): Record<string, unknown> {
  const { order, state } = task;
  const seconds = order.clip.seconds;
  return {
    id: task.id,
    model: order.model,
    status: shown(V2_WORDS, task),
    ...(state === 'failed' ? { error: { code: `${failureCode(task.message)}`, message: task.message } } : {}),
    ...(state === 'succeeded'
      ? {
          content: { url },
          usage: { total_seconds: seconds, input_seconds: 0, output_seconds: seconds },
        }
      : {}),
    ...{ resolution: order.resolution, duration: seconds, ratio: order.ratio },
    created_at: Math.floor(task.createdAt / 1000),
    updated_at: Math.floor(task.updatedAt / 1000),
  };
}
