import type { SimState } from '../core/task-book';
import type { ReplicateTask } from './replicate-order';

/** Input, output, logs and files are gone an hour after the end. */
export const KEPT_MS = 3_600_000;

const WORDS: Readonly<Record<SimState, string>> = {
  ...{ submitted: 'starting', processing: 'processing', succeeded: 'succeeded', failed: 'failed' },
  cancelled: 'canceled',
};
const BAR = 20;

/** What is known of a task beside the book. */
export interface Run {
  /** When it began to work; null: it never did. */
  readonly startedAt: number | null;
  /** When it is stopped by its own deadline. */
  readonly deadline: number | null;
}

export interface ViewContext {
  readonly now: number;
  readonly baseUrl: string;
  /** Milliseconds that a task is expected to work, for its progress. */
  readonly usualRunMs: number;
  /** The link to a result. */
  readonly link: (task: ReplicateTask) => string;
}

const hasEnded = ({ state }: ReplicateTask): boolean => state !== 'submitted' && state !== 'processing';

export const isRemoved = (task: ReplicateTask, now: number): boolean =>
  hasEnded(task) && now - task.updatedAt >= KEPT_MS;

/** A prediction as every route and every callback shows it. */
export function predictionView(task: ReplicateTask, run: Run, context: ViewContext): Record<string, unknown> {
  const { id, order, createdAt, updatedAt, state } = task;
  const { now, baseUrl } = context;
  const removed = isRemoved(task, now);
  const url = `${baseUrl}/v1/predictions/${id}`;
  return {
    id,
    model: order.model.name,
    version: order.model.version ?? 'hidden',
    input: removed ? {} : order.input,
    logs: removed ? null : logsOf(task, run, context),
    output: state === 'succeeded' && !removed ? outputOf(task, context) : null,
    data_removed: removed,
    error: state === 'failed' ? task.message : null,
    source: 'api',
    status: wordOf(task, run),
    created_at: new Date(createdAt).toISOString(),
    started_at: run.startedAt === null ? null : new Date(run.startedAt).toISOString(),
    completed_at: hasEnded(task) ? new Date(updatedAt).toISOString() : null,
    deadline: run.deadline === null ? null : new Date(run.deadline).toISOString(),
    ...(hasEnded(task) && run.startedAt !== null ? { metrics: metricsOf(task, run.startedAt) } : {}),
    urls: {
      ...{ get: url, cancel: `${url}/cancel`, web: `https://replicate.com/p/${id}` },
    },
  };
}

/** Seconds of hardware, with the vendor's nine digits. */
export const predictSeconds = (task: ReplicateTask, startedAt: number): number =>
  (task.updatedAt - startedAt) / 1000;

const metricsOf = (task: ReplicateTask, startedAt: number): Record<string, number> => ({
  predict_time: predictSeconds(task, startedAt),
  total_time: (task.updatedAt - task.createdAt) / 1000,
});

function wordOf(task: ReplicateTask, run: Run): string {
  if (task.state === 'processing' && task.statusWord !== null) return task.statusWord;
  // Only the types of the vendor's client have the word; taken to be a deadline that came before the start.
  const wasLate = run.deadline !== null && task.updatedAt >= run.deadline;
  if (task.state === 'cancelled' && run.startedAt === null && wasLate) return 'aborted';
  return WORDS[task.state];
}

function outputOf(task: ReplicateTask, { link }: ViewContext): string | string[] {
  return task.order.model.output === 'uris' ? [link(task)] : link(task);
}

/** As tqdm writes it. */
function logsOf(task: ReplicateTask, run: Run, { now, usualRunMs }: ViewContext): string {
  if (run.startedAt === null) return '';
  const share =
    task.state === 'succeeded' ? 1 : Math.min(0.99, (lastSight(task, now) - run.startedAt) / usualRunMs);
  const percent = Math.floor(share * 100);
  const done = Math.floor(share * BAR);
  const bar = `${'█'.repeat(done)}${' '.repeat(BAR - done)}`;
  return `Using seed: ${Number(task.order.input['seed'] ?? 42)}\n  0%|${' '.repeat(BAR)}| 0/25 [00:00<?, ?it/s]\n ${percent}%|${bar}| ${Math.floor(share * 25)}/25 [00:10<00:10,  1.00it/s]\n`;
}

const lastSight = (task: ReplicateTask, now: number): number => (hasEnded(task) ? task.updatedAt : now);
