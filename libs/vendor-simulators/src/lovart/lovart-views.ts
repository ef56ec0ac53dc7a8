import type { LovartTask } from './lovart-order';

/** In a prompt: the thread is `done` for a moment before it runs. */
const LATE_WORD = '[sim:late]';

/** A failure whose message begins so ends as `abort`; all others as `done` without a video. */
const ABORTED = /^abort\b/i;

/** The vendor's word: `running`, `done`, `abort`. */
export function statusOf(task: LovartTask): string {
  switch (task.state) {
    case 'submitted':
      // Sub-agents start late: a thread may be done, and then run again.
      return task.order.prompt.includes(LATE_WORD) ? 'done' : 'running';
    case 'processing':
      return task.statusWord ?? 'running';
    case 'failed':
      return ABORTED.test(task.message) ? 'abort' : 'done';
    case 'succeeded':
      return 'done';
    case 'cancelled':
      return 'abort';
  }
}

/** `GET /chat/result`. `link` makes the address of the video. */
export function resultView(
  task: LovartTask,
  isAwaiting: boolean,
  link: () => string,
): Record<string, unknown> {
  return {
    thread_id: task.id,
    status: statusOf(task),
    items: itemsOf(task, link),
    ...(isAwaiting
      ? { pending_confirmation: { estimated_cost: Number(task.order.units), tool: 'generate_video' } }
      : {}),
  };
}

function itemsOf(task: LovartTask, link: () => string): Record<string, unknown>[] {
  const begun = { type: 'text', text: 'I am making the video.' };
  if (task.state === 'succeeded') {
    return [begun, { type: 'tool_result', artifacts: [{ type: 'video', content: link() }] }];
  }
  if (task.state !== 'failed') return task.state === 'processing' ? [begun] : [];
  // A refusal may be silent.
  return task.message === '' ? [] : [{ type: 'text', text: task.message }];
}
