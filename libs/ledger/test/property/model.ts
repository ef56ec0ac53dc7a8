import type { HoldBudget, HoldRequest, HoldResolution, HoldResult, ResolveItem } from '@shotloom/ledger';
import { LASTING, type Answer, type Call, type Lasting } from './calls';

export type Parts = Record<Lasting, number>;

export interface AccountState {
  lots: Parts;
  granted: number;
  captured: number;
  chargedBack: number;
  debt: number;
}

export interface HoldState {
  readonly accountId: string;
  readonly reference: string;
  readonly parent: string | null;
  readonly budgets: readonly string[];
  /** What was asked for; a split takes from `amount`. */
  readonly asked: number;
  amount: number;
  parts: Parts;
  resolution: HoldResolution | null;
}

const noParts = (): Parts => ({ past: 0, near: 0, far: 0, never: 0 });
const sum = (parts: Parts): number => LASTING.reduce((total, kind) => total + parts[kind], 0);
export const spendable = ({ lots }: AccountState): number => sum(lots) - lots.past;
export const budgetName = ({ key, period }: { key: string; period: string }): string => `${key}/${period}`;
const CONFLICT = { error: 'conflict' };

/** Moves an amount from one place to another, soonest expiry first. */
function move(from: Parts, to: Parts, amount: number, kinds: readonly Lasting[] = LASTING): void {
  let left = amount;
  for (const kind of kinds) {
    const part = Math.min(left, from[kind]);
    from[kind] -= part;
    to[kind] += part;
    left -= part;
  }
  if (left !== 0) throw new RangeError(`${left} credits are missing in the model.`);
}

/**
 * The ledger as one thread in memory would keep it: what each call must answer, and what must be there afterwards.
 * Lots that expire together are one heap, since nobody can tell them apart.
 */
export class Model {
  accounts = new Map<string, AccountState>();
  holds = new Map<string, HoldState>();
  budgets = new Map<string, number>();
  private references = new Map<string, { accountId: string; amount: number }>();

  clone(): Model {
    const copy = new Model();
    Object.assign(copy, structuredClone({ ...this }));
    return copy;
  }

  account(accountId: string): AccountState {
    const known = this.accounts.get(accountId);
    if (known) return known;
    const fresh = { lots: noParts(), granted: 0, captured: 0, chargedBack: 0, debt: 0 };
    this.accounts.set(accountId, fresh);
    return fresh;
  }

  /** `unseen` are holds that the call could not see yet, because it began before they were committed. */
  apply(call: Call, unseen: ReadonlySet<string>): Answer {
    switch (call.kind) {
      case 'grant':
        return this.grant(call);
      case 'chargeBack':
        return this.chargeBack(call);
      case 'hold':
        return this.hold(call.request);
      case 'holdMany':
        return this.holdMany(call.requests);
      case 'capture':
        return alone(this.resolveAll([{ ...call, outcome: 'captured' }], unseen)[0]);
      case 'release':
        return alone(this.resolveAll([{ ...call, amount: 0, outcome: 'released' }], unseen)[0]);
      case 'resolveMany':
        return this.resolveAll(call.items, unseen);
      case 'split':
        return this.split(call, unseen);
      case 'expire':
        return {};
      case 'lapse':
        return this.lapse(call.accountId);
    }
  }

  private once(
    kind: string,
    { accountId, amount, reference }: Extract<Call, { kind: 'grant' | 'chargeBack' }>,
  ): Answer | null {
    const known = this.references.get(`${kind} ${reference}`);
    if (!known) {
      this.references.set(`${kind} ${reference}`, { accountId, amount });
      return null;
    }
    return known.accountId === accountId && known.amount === amount ? { status: 'already' } : CONFLICT;
  }

  private grant(call: Extract<Call, { kind: 'grant' }>): Answer {
    const earlier = this.once('grant', call);
    if (earlier) return earlier;
    const account = this.account(call.accountId);
    account.granted += call.amount;
    account.lots[call.lasting] += call.amount;
    this.payDebt(account);
    return { status: 'granted' };
  }

  private chargeBack(call: Extract<Call, { kind: 'chargeBack' }>): Answer {
    const earlier = this.once('chargeBack', call);
    if (earlier) return earlier;
    const account = this.account(call.accountId);
    account.chargedBack += call.amount;
    account.debt += call.amount;
    const taken = this.payDebt(account);
    return { status: 'charged_back', taken, owed: account.debt };
  }

  private payDebt(account: AccountState): number {
    const paid = Math.min(account.debt, spendable(account));
    move(account.lots, noParts(), paid, ['near', 'far', 'never']);
    account.debt -= paid;
    return paid;
  }

  private known({ holdId, reference }: HoldRequest): boolean {
    return this.holds.has(holdId) || [...this.holds.values()].some((hold) => hold.reference === reference);
  }

  private hold(request: HoldRequest): HoldResult | typeof CONFLICT {
    const { holdId, accountId, amount, reference, budgets = [] } = request;
    if (this.known(request)) {
      const hold = this.holds.get(holdId);
      const same = hold?.accountId === accountId && hold.reference === reference && hold.asked === amount;
      return same ? { status: 'already' } : CONFLICT;
    }
    const account = this.account(accountId);
    if (spendable(account) < amount) return { status: 'insufficient', available: spendable(account) };
    const over = amount === 0 ? undefined : budgets.find((each) => this.spent(each) + amount > each.limit);
    if (over)
      return { status: 'over_budget', key: over.key, left: Math.max(0, over.limit - this.spent(over)) };
    const parts = noParts();
    move(account.lots, parts, amount, ['near', 'far', 'never']);
    const names = budgets.map(budgetName);
    this.holds.set(holdId, {
      accountId,
      reference,
      parent: null,
      budgets: names,
      asked: amount,
      amount,
      parts,
      resolution: null,
    });
    this.count(names, amount);
    return { status: 'held' };
  }

  private spent(budget: HoldBudget): number {
    return this.budgets.get(budgetName(budget)) ?? 0;
  }

  private count(names: readonly string[], amount: number): void {
    for (const name of names) this.budgets.set(name, (this.budgets.get(name) ?? 0) + amount);
  }

  /** What is known, or comes again in the batch, is looked at after all others. One conflict undoes the whole call. */
  private holdMany(requests: readonly HoldRequest[]): Answer {
    const before = this.clone();
    const again = requests.map((request, index) => {
      const earlier = requests.slice(0, index);
      return this.known(request) || earlier.some(({ holdId }) => holdId === request.holdId);
    });
    const results: Answer[] = [];
    for (const turn of [false, true]) {
      requests.forEach((request, index) => {
        if (again[index] === turn) results[index] = this.hold(request);
      });
    }
    if (!results.includes(CONFLICT)) return results;
    Object.assign(this, before);
    return CONFLICT;
  }

  /** What comes back pays debts when all items are done. */
  private resolveAll(items: readonly ResolveItem[], unseen: ReadonlySet<string>): Resolved[] {
    const results = items.map((item) => this.resolve(item, unseen));
    items.forEach(({ holdId }, index) => {
      const hold = this.holds.get(holdId);
      if (hold && isEnd(results[index])) this.payDebt(this.account(hold.accountId));
    });
    return results;
  }

  private resolve(item: ResolveItem, unseen: ReadonlySet<string>): Resolved {
    const { holdId, outcome, amount } = item;
    const hold = this.holds.get(holdId);
    if (!hold || unseen.has(holdId)) return { status: 'unknown' };
    if (hold.resolution) return { status: 'already', resolution: hold.resolution };
    if (amount > hold.amount) return { status: 'too_much', held: hold.amount };
    const account = this.account(hold.accountId);
    const returned = hold.amount - amount;
    move(hold.parts, noParts(), amount);
    move(hold.parts, account.lots, returned);
    account.captured += amount;
    this.count(hold.budgets, -returned);
    hold.resolution = { outcome, captured: amount, returned };
    return outcome === 'captured'
      ? { status: outcome, captured: amount, returned }
      : { status: outcome, returned };
  }

  private split(call: Extract<Call, { kind: 'split' }>, unseen: ReadonlySet<string>): Answer {
    const { parentHoldId, holdId, amount, reference } = call;
    const parent = this.holds.get(parentHoldId);
    if (!parent || unseen.has(parentHoldId)) return { error: 'not_found' };
    const known = this.holds.get(holdId);
    if (known) return known.parent === parentHoldId ? { status: 'already' } : CONFLICT;
    if (parent.resolution) return { status: 'insufficient', available: 0 };
    if (parent.amount < amount) return { status: 'insufficient', available: parent.amount };
    const { accountId, budgets } = parent;
    const parts = noParts();
    move(parent.parts, parts, amount);
    parent.amount -= amount;
    const child = { accountId, reference, budgets, parent: parentHoldId, asked: amount, amount, parts };
    this.holds.set(holdId, { ...child, resolution: null });
    return { status: 'split' };
  }

  private lapse(accountId: string): Answer {
    const heaps = [...this.holds.values()]
      .filter((hold) => hold.accountId === accountId)
      .map(({ parts }) => parts);
    for (const heap of [this.account(accountId).lots, ...heaps]) {
      heap.past += heap.near;
      heap.near = 0;
    }
    return {};
  }
}

type Resolved = { readonly status: string; readonly [detail: string]: unknown };

const isEnd = (result: Resolved | undefined): boolean =>
  result?.status === 'captured' || result?.status === 'released';

/** Alone, what a batch answers is thrown. */
function alone(result: Resolved | undefined): Answer {
  if (result === undefined || result.status === 'unknown') return { error: 'not_found' };
  return result.status === 'too_much' ? CONFLICT : result;
}
