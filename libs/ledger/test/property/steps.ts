import fc from 'fast-check';
import { newId } from '@shotloom/kernel';
import type { HoldRequest, ResolveItem } from '@shotloom/ledger';
import { LASTING, type Call, type Lasting } from './calls';

/**
 * What becomes of a call: its answer comes; it is committed and the answer is lost, so the caller repeats it; it is
 * rolled back, and repeated or not; its connection is cut before the commit, which the transaction itself repeats; it
 * comes twice at once.
 */
export const FATES = ['answered', 'lost', 'undone', 'given up', 'cut', 'twice'] as const;
export type Fate = (typeof FATES)[number];

/** Numbers that choose a call once there are ids to choose from. */
export interface Step {
  readonly kind: Call['kind'];
  readonly slot: number;
  readonly others: readonly number[];
  readonly amount: number;
  readonly lasting: Lasting;
  readonly limit: number;
  /** The same id for something else, which is a conflict. */
  readonly wrong: boolean;
  readonly fate: Fate;
}

const weighted = <T>(weights: readonly (readonly [T, number])[]): fc.Arbitrary<T> =>
  fc.oneof(...weights.map(([value, weight]) => ({ arbitrary: fc.constant(value), weight })));

const step = fc.record<Step>({
  kind: weighted<Call['kind']>([
    ['grant', 4],
    ['hold', 4],
    ['holdMany', 4],
    ['resolveMany', 4],
    ['capture', 3],
    ['release', 2],
    ['split', 3],
    ['chargeBack', 1],
    ['expire', 1],
    ['lapse', 1],
  ]),
  slot: fc.nat(11),
  others: fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }),
  amount: fc.nat(40),
  lasting: weighted([
    [LASTING[3], 4],
    [LASTING[2], 2],
    [LASTING[1], 3],
    [LASTING[0], 1],
  ]),
  limit: fc.constantFrom(20, 60, 1_000),
  wrong: weighted([
    [false, 12],
    [true, 1],
  ]),
  fate: weighted<Fate>([
    ['answered', 10],
    ['lost', 3],
    ['undone', 2],
    ['given up', 1],
    ['cut', 1],
    ['twice', 2],
  ]),
});

/** What each of several connections does, one after the other; the connections run at once. */
export const schedules = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), {
  minLength: 2,
  maxLength: 5,
});

const AMOUNTS = [0, 7, 10, 20, 35, 50, 15, 5];
const GRANTS = [100, 10, 60, 25, 5, 40];
const ROOTS = AMOUNTS.length;

const ids = (count: number): string[] => Array.from({ length: count }, () => newId());
function at<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new RangeError('There is nothing to choose from.');
  return found;
}

/** Ids that all connections of one schedule draw from, so that they collide. An id always stands for the same thing. */
export class World {
  readonly accounts = ids(3);
  readonly periods = ['2026-11', '2026-12'];
  readonly budgets = ids(2);
  private readonly roots = ids(ROOTS);
  private readonly children = ids(4);
  private readonly references = ids(12);

  /** Each account begins with two small lots, so that most holds are laid over several. */
  beginnings(): Call[] {
    return this.accounts.flatMap((accountId) =>
      (['near', 'far'] as const).map((lasting, index) => {
        const reference = `${lasting} ${accountId}`;
        return { kind: 'grant' as const, accountId, reference, amount: 8 + index, lasting };
      }),
    );
  }

  toCall(step: Step): Call {
    const { slot, amount, wrong, others } = step;
    const accountId = at(this.accounts, slot);
    const money = {
      accountId,
      reference: at(this.references, slot),
      amount: at(GRANTS, slot) + (wrong ? 1 : 0),
    };
    switch (step.kind) {
      case 'grant':
        return { kind: 'grant', ...money, lasting: step.lasting };
      case 'chargeBack':
        return { kind: 'chargeBack', ...money };
      case 'hold':
        return { kind: 'hold', request: this.request(slot, step) };
      case 'holdMany':
        return { kind: 'holdMany', requests: [slot, ...others].map((each) => this.request(each, step)) };
      case 'capture':
        return { kind: 'capture', holdId: this.anyHold(slot), amount };
      case 'release':
        return { kind: 'release', holdId: this.anyHold(slot) };
      case 'resolveMany':
        return {
          kind: 'resolveMany',
          items: [slot, ...others].map((each, turn) => this.item(each, turn, amount)),
        };
      case 'split': {
        const child = at(others, 0) % this.children.length;
        const holdId = at(this.children, child);
        // A hold cannot be its own child: it is taken as a part of a root then.
        const parentHoldId = this.anyHold(slot) === holdId ? at(this.roots, slot) : this.anyHold(slot);
        return { kind: 'split', parentHoldId, holdId, amount, reference: `child of ${holdId}` };
      }
      case 'expire':
        return { kind: 'expire' };
      case 'lapse':
        return { kind: 'lapse', accountId };
    }
  }

  private anyHold(slot: number): string {
    return at([...this.roots, ...this.children], slot);
  }

  private request(slot: number, { limit, wrong }: Step): HoldRequest {
    const index = slot % ROOTS;
    const [one = '', other = ''] = this.budgets;
    const keys = at([[], [one], [other], [other, one]], slot);
    const holdId = at(this.roots, index);
    return {
      holdId,
      accountId: at(this.accounts, index),
      amount: at(AMOUNTS, index) + (wrong ? 1 : 0),
      reference: `hold ${holdId}`,
      priceVersion: 'v1',
      budgets: keys.map((key) => ({ key, period: at(this.periods, index), limit })),
    };
  }

  private item(slot: number, turn: number, amount: number): ResolveItem {
    const holdId = this.anyHold(slot);
    return turn % 3 === 1
      ? { holdId, outcome: 'released', amount: 0 }
      : { holdId, outcome: 'captured', amount: Math.floor(amount / (turn + 1)) };
  }
}
