import type { Ratio } from '../results';
import { median } from './statistics';

/** Both sides of each round, measured one after the other. */
export interface Round {
  readonly measured: number;
  readonly reference: number;
}

/** The median of the rounds' ratios: what slows a whole round (another program, a checkpoint) slows both sides of it. */
export function compare(
  about: Pick<Ratio, 'key' | 'what' | 'against' | 'unit'> & {
    readonly atLeast?: number;
    readonly atMost?: number;
  },
  rounds: readonly Round[],
): Ratio {
  const { atLeast, atMost, ...rest } = about;
  const ratios = rounds.map(({ measured, reference }) => measured / reference);
  const ratio = median(ratios);
  return {
    ...rest,
    measured: median(rounds.map(({ measured }) => measured)),
    reference: median(rounds.map(({ reference }) => reference)),
    ratio,
    rounds: ratios,
    aim: atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : null,
    reached: atLeast !== undefined ? ratio >= atLeast : atMost !== undefined ? ratio <= atMost : null,
  };
}
