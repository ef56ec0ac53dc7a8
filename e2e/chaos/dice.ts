import { SeededRandom } from '@shotloom/vendor-simulators';

/** All chance of a run comes from here, so that the same seed makes the same plan. */
export class Dice {
  private readonly random: SeededRandom;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  chance(probability: number): boolean {
    return this.random.next() < probability;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return this.random.between([low, high]);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new Error('There is nothing to pick from.');
    return item;
  }

  /** One of a list of shares and what they stand for; the shares need not add up to anything. */
  weighted<T>(items: readonly (readonly [share: number, item: T])[]): T {
    let rest = this.random.next() * items.reduce((sum, [share]) => sum + share, 0);
    for (const [share, item] of items) {
      rest -= share;
      if (rest < 0) return item;
    }
    return this.pick(items)[1];
  }
}
