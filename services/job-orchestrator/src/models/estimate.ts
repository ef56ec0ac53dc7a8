/** No estimate says that a video is done: the rest is for the vendor's own word. */
const MOST = 0.92;
/** So that the median video is at about four fifths when it comes. */
const STEEPNESS = 1.9;

/**
 * A share of 0 to 1 for an engine that tells no progress, from how long the model's videos usually take. It only grows with
 * `elapsedSeconds`, and slows down where a video takes longer than most.
 */
export function estimateProgress(elapsedSeconds: number, usualSeconds: number): number {
  if (elapsedSeconds <= 0 || usualSeconds <= 0) return 0;
  return MOST * (1 - Math.exp((-STEEPNESS * elapsedSeconds) / usualSeconds));
}
