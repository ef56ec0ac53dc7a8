import type { SimState } from '../core/task-book';
import type { SoraTask } from './sora-order';

const WORDS: Readonly<Record<SimState, string>> = {
  ...{ submitted: 'queued', processing: 'in_progress', succeeded: 'completed', failed: 'failed' },
  cancelled: 'failed',
};
const UNSAFE = /moderation|sensitive|unsafe|policy/i;
const seconds = (ms: number): number => Math.floor(ms / 1000);

/** A video as every answer shows it. `progress` is 0 to 100. */
export function videoView(
  task: SoraTask,
  { progress, lifetimeMs }: { readonly progress: number; readonly lifetimeMs: number },
): Record<string, unknown> {
  const { id, order, state, statusWord, message } = task;
  const isDone = state === 'succeeded';
  const code = UNSAFE.test(message) ? 'moderation_blocked' : 'processing_error';
  return {
    ...{ id, object: 'video', created_at: seconds(task.createdAt) },
    completed_at: isDone ? seconds(task.updatedAt) : null,
    expires_at: isDone ? seconds(task.updatedAt + lifetimeMs) : null,
    status: state === 'processing' && statusWord !== null ? statusWord : WORDS[state],
    ...{ model: order.model, progress, prompt: order.prompt, seconds: order.seconds, size: order.size },
    remixed_from_video_id: order.remixedFrom,
    error: state === 'failed' ? { code, message } : null,
  };
}

/** The first answer to a create leaves out what is null. */
export const createdView = (view: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(view).filter(([name, value]) => value !== null && name !== 'prompt'));

/** What a project's webhook is sent at the end of a video. */
export function eventOf(task: SoraTask, isForged: boolean): Record<string, unknown> {
  const type = isForged || task.state === 'succeeded' ? 'video.completed' : 'video.failed';
  return {
    ...{ id: `evt_${task.id}`, object: 'event', created_at: seconds(task.updatedAt), type },
    data: { id: task.id },
  };
}
