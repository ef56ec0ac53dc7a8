import { AppError } from '@shotloom/kernel';
import {
  readShape,
  unreadableLook,
  type PollOutcome,
  type VendorCost,
  type VendorVideo,
} from '@shotloom/provider-kit';
import { PROVIDER } from './errors';
import { legacyTaskSchema, standardTaskSchema, standardVideoSchema, whoseSchema } from './schemas';

/** A task as we understand it, of either generation. */
export interface KlingTaskView {
  readonly vendorTaskId: string;
  readonly externalTaskId: string | null;
  readonly outcome: PollOutcome;
}

/** Files are removed thirty days after they were made. */
const FILE_LIFETIME_MS = 30 * 24 * 3600 * 1000;
const COST_UNIT = 'kling_unit';

/** The vendor has no codes for why a task failed, only words; these point at its content rules. */
const REJECTED = /risk control|sensitive|safety|content polic|violat|prohibited|copyright/i;

/** Reads a task from wherever it came. Null where not even its id can be read. */
export function readTask(json: unknown): KlingTaskView | null {
  const whose = whoseSchema.safeParse(json);
  if (!whose.success) return null;
  const isLegacy = typeof json === 'object' && json !== null && 'task_id' in json;
  return {
    vendorTaskId: whose.data.id,
    externalTaskId: whose.data.externalId ?? null,
    outcome: isLegacy ? legacyOutcome(json) : standardOutcome(json),
  };
}

function legacyOutcome(json: unknown): PollOutcome {
  const task = readShape(legacyTaskSchema, json);
  if (!task.ok) return unreadableLook(PROVIDER, task.problem);
  const { task_status, task_status_msg, task_result, final_unit_deduction, updated_at } = task.data;
  const videos = (task_result?.videos ?? []).map((video) => toVideo(video, updated_at));
  return outcomeOf(task_status, task_status_msg ?? '', videos, costOf(final_unit_deduction));
}

function standardOutcome(json: unknown): PollOutcome {
  const task = readShape(standardTaskSchema, json);
  if (!task.ok) return unreadableLook(PROVIDER, task.problem);
  const { status, message, outputs, billing, update_time } = task.data;
  const videos: VendorVideo[] = [];
  for (const output of (outputs ?? []).filter(({ type }) => type === 'video')) {
    const video = readShape(standardVideoSchema, output);
    if (!video.ok) return unreadableLook(PROVIDER, `outputs: ${video.problem}`);
    videos.push(toVideo(video.data, update_time));
  }
  const units = (billing ?? [])
    .filter(({ charge_type }) => charge_type === 'unit')
    .map(({ amount }) => amount);
  return outcomeOf(status, message ?? '', videos, costOf(units.length === 1 ? units[0] : sumOf(units)));
}

function outcomeOf(
  word: string,
  message: string,
  videos: readonly VendorVideo[],
  cost: VendorCost | null,
): PollOutcome {
  switch (word) {
    case 'submitted':
      return { kind: 'running', phase: 'queued', progress: null };
    case 'processing':
      return { kind: 'running', phase: 'running', progress: null };
    case 'succeed':
    case 'succeeded':
      if (videos.length === 0) return unreadableLook(PROVIDER, 'it succeeded, but there is no video in it');
      return { kind: 'succeeded', videos, cost };
    case 'failed':
      return { kind: 'failed', error: failure(message, cost), cost };
    default:
      return { kind: 'unknownStatus', word };
  }
}

function failure(message: string, cost: VendorCost | null): AppError {
  const chargeable = cost !== null && Number(cost.amount) > 0;
  const options = { provider: PROVIDER, outcome: 'accepted', chargeable, vendorMessage: message } as const;
  if (REJECTED.test(message)) {
    return new AppError(
      'content_rejected',
      'Kling rejected the content while it made the video. Change the prompt or the picture.',
      { ...options, retryable: false },
    );
  }
  return new AppError('provider_failed', 'Kling could not make the video.', { ...options, retryable: true });
}

function toVideo(
  { url, duration }: { url: string; duration?: string | number | null | undefined },
  finishedAt: number | null | undefined,
): VendorVideo {
  const seconds = Number(duration ?? Number.NaN);
  const usable = typeof finishedAt === 'number' && Number.isFinite(new Date(finishedAt).getTime());
  return {
    url,
    durationSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
    expiresAt: usable ? new Date(finishedAt + FILE_LIFETIME_MS) : null,
  };
}

function costOf(amount: string | null | undefined): VendorCost | null {
  if (amount === null || amount === undefined || !/^\d+(\.\d+)?$/.test(amount)) return null;
  return { amount, unit: COST_UNIT };
}

/** In thousandths, since the vendor's amounts have few digits and floats would make them odd. */
function sumOf(amounts: readonly string[]): string | undefined {
  if (amounts.length === 0) return undefined;
  return `${amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 1000), 0) / 1000}`;
}
