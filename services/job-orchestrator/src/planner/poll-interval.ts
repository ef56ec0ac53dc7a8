import type { ModelTimes } from '../models/durations';

export interface IntervalInput {
  /** Since the vendor took the task. Seconds. */
  readonly elapsed: number;
  readonly times: ModelTimes;
  /** The provider's shortest and longest interval. Seconds. */
  readonly min: number;
  readonly max: number;
  /** The shortest that the owner of the key wants, where it is a user's own. Seconds. */
  readonly wanted?: number | undefined;
  /** Questions in a row that told nothing. */
  readonly misses: number;
  /** 0 to 1: spreads the questions of tasks that began together. */
  readonly random: number;
}

const JITTER = 0.2;
/** Of the time that a late video has taken already. */
const LATE_SHARE = 0.1;

/**
 * Seconds until a task is asked about again. Long before the model's usual time nobody asks often; about that time, as often as
 * the provider allows; past it, ever more rarely, and also where questions get no answer.
 */
export function pollInterval({ elapsed, times, misses, random, ...limits }: IntervalInput): number {
  const min = Math.max(limits.min, limits.wanted ?? 0);
  const max = Math.max(limits.max, min);
  const untilUsual = times.p50 * 0.9 - elapsed;
  const base =
    untilUsual > 0 ? Math.max(min, untilUsual / 3) : elapsed <= times.p95 ? min : elapsed * LATE_SHARE;
  const patient = base * 2 ** Math.min(misses, 4);
  const bounded = Math.min(Math.max(patient, min), max);
  // Never below the shortest interval: that is the vendor's limit, or the operator's.
  return bounded * (1 + JITTER * random);
}
