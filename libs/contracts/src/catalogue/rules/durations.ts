import type { ModelSpec } from '../model';

type Timed = Pick<ModelSpec, 'duration'>;

/** Every length that the model makes, in whole seconds, from short to long. */
export function durationsOf({ duration: { min, max, step, values } }: Timed): readonly number[] {
  if (values !== undefined) return values;
  return Array.from({ length: Math.floor((max - min) / step) + 1 }, (_, index) => min + index * step);
}

/** The lengths by how near they are; of two that are equally near the longer comes first. */
export function durationsNear(model: Timed, seconds: number): readonly number[] {
  return [...durationsOf(model)].sort((a, b) => Math.abs(a - seconds) - Math.abs(b - seconds) || b - a);
}

/** For sentences: `6 or 10 s`, `3 to 15 s`. */
export function durationWords({ duration: { min, max, step, values } }: Timed): string {
  if (values !== undefined) return `${values.join(' or ')} s`;
  if (min === max) return `${min} s`;
  return `${min} to ${max} s${step === 1 ? '' : ` in steps of ${step}`}`;
}
