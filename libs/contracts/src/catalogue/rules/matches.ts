import type { Condition } from '../condition';
import { countOf, type RequestFacts } from './facts';

/** Whether everything that the condition says is true of the request. */
export function matches(condition: Condition, facts: RequestFacts): boolean {
  const { operations, sizes, aspect_ratios: ratios, duration, params = {} } = condition;
  return (
    isAmong(facts.operation, operations) &&
    isAmong(facts.size, sizes) &&
    isAmong(facts.aspectRatio, ratios) &&
    lastsLike(facts.durationSeconds, duration) &&
    hasInputsLike(facts, condition) &&
    Object.entries(params).every(([name, values]) => {
      const value = Object.hasOwn(facts.params, name) ? facts.params[name] : undefined;
      return value !== undefined && values.includes(value);
    })
  );
}

const isAmong = (value: string, allowed: readonly string[] | undefined): boolean =>
  allowed === undefined || allowed.includes(value);

const lastsLike = (
  seconds: number,
  { min = 0, max = Infinity }: NonNullable<Condition['duration']> = {},
): boolean => seconds >= min && seconds <= max;

function hasInputsLike(
  facts: RequestFacts,
  { inputs = [], without_inputs: without = [] }: Condition,
): boolean {
  return inputs.every((role) => countOf(facts, [role]) > 0) && countOf(facts, without) === 0;
}
