/** How many of the last videos count: enough for a p95, few enough to follow a vendor that has become slower. */
export const KEPT = 64;
/** Fewer say nothing about a model; until then the catalogue's word counts. */
const ENOUGH = 5;

export interface ModelTimes {
  /** Median and 95th percentile from the vendor's acceptance to the finished video. Seconds. */
  readonly p50: number;
  readonly p95: number;
}

/** What the last durations say, or the catalogue's usual time where there are too few. */
export function timesOf(recent: readonly number[], usualSeconds: number): ModelTimes {
  if (recent.length < ENOUGH) return { p50: usualSeconds, p95: usualSeconds * 2 };
  const sorted = recent.toSorted((one, other) => one - other);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? usualSeconds;
  return { p50: at(0.5), p95: at(0.95) };
}
