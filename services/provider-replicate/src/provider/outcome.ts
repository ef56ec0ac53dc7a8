import {
  decimalText,
  readShape,
  unreadableLook,
  type PollOutcome,
  type VendorCost,
  type VendorVideo,
} from '@shotloom/provider-kit';
import { predictionFailure, predictionStopped, PROVIDER, resultRemoved } from './errors';
import { progressOf } from './progress';
import { outputSchema, predictionSchema, type Prediction } from './schemas';

/** Results are removed an hour after the end. */
const FILE_LIFETIME_MS = 3_600_000;
/** Models that are billed by the second of their hardware, and the unit of that. All others do not say what they cost. */
const HARDWARE_UNITS: Readonly<Record<string, string>> = {
  'stability-ai/stable-video-diffusion': 'replicate_a40_second',
};

/** What a prediction says, from wherever it came. */
export interface PredictionView {
  readonly id: string;
  readonly outcome: PollOutcome;
  /** It was stopped before it came to an end of its own. */
  readonly stopped: boolean;
}

const STOPPED: readonly string[] = ['canceled', 'aborted'];

/** Null where not even an id can be read. */
export function readPrediction(json: unknown): PredictionView | null {
  const read = readShape(predictionSchema, json);
  if (read.ok) {
    const { id, status } = read.data;
    return { id, outcome: outcomeOf(read.data), stopped: STOPPED.includes(status) };
  }
  const id = predictionSchema.pick({ id: true }).safeParse(json);
  return id.success
    ? { id: id.data.id, outcome: unreadableLook(PROVIDER, read.problem), stopped: false }
    : null;
}

function outcomeOf(prediction: Prediction): PollOutcome {
  const { status, logs } = prediction;
  const cost = costOf(prediction);
  const chargeable = cost !== null && Number(cost.amount) > 0;
  switch (status) {
    case 'starting':
      return { kind: 'running', phase: 'queued', progress: null };
    case 'processing':
      return { kind: 'running', phase: 'running', progress: progressOf(logs ?? '') };
    case 'succeeded':
      return resultOf(prediction, cost, chargeable);
    case 'failed':
      return { kind: 'failed', error: predictionFailure(wordsOf(prediction.error), chargeable), cost };
    case 'canceled':
    case 'aborted':
      return { kind: 'failed', error: predictionStopped(status, chargeable), cost };
    default:
      return { kind: 'unknownStatus', word: status };
  }
}

function resultOf(
  { output, data_removed: removed, completed_at: completedAt }: Prediction,
  cost: VendorCost | null,
  chargeable: boolean,
): PollOutcome {
  const urls = readShape(outputSchema, output ?? null);
  if (!urls.ok) {
    const isGone = removed === true && (output ?? null) === null;
    if (isGone) return { kind: 'failed', error: resultRemoved(chargeable), cost };
    return unreadableLook(PROVIDER, `it succeeded, but its output is no address: ${urls.problem}`);
  }
  const endedAt = Date.parse(completedAt ?? '');
  const expiresAt = Number.isFinite(endedAt) ? new Date(endedAt + FILE_LIFETIME_MS) : null;
  const videos = urls.data.map((url): VendorVideo => ({ url, expiresAt, durationSeconds: null }));
  return { kind: 'succeeded', videos, cost };
}

function costOf({ model, metrics }: Prediction): VendorCost | null {
  const unit = Object.hasOwn(HARDWARE_UNITS, model ?? '') ? HARDWARE_UNITS[model ?? ''] : undefined;
  const seconds = metrics?.predict_time ?? null;
  if (unit === undefined || seconds === null) return null;
  return { amount: decimalText(seconds), unit };
}

const wordsOf = (error: unknown): string =>
  typeof error === 'string' ? error : error === null || error === undefined ? '' : JSON.stringify(error);
