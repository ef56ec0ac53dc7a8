import { sql } from 'kysely';
import {
  capture,
  chargeBack,
  expireLots,
  grant,
  hold,
  holdMany,
  openLedgerAccount,
  release,
  resolveMany,
  splitHold,
  type HoldRequest,
  type LedgerExecutor,
  type ResolveItem,
} from '@shotloom/ledger';

/** How long a grant lasts. `near` becomes `past` when its time passes; lots of one kind expire together. */
export const LASTING = ['past', 'near', 'far', 'never'] as const;
export type Lasting = (typeof LASTING)[number];

const HOUR = 3_600_000;
const began = Date.now();
export const EXPIRY: Record<Lasting, Date | undefined> = {
  past: new Date(began - HOUR),
  near: new Date(began + 24 * HOUR),
  far: new Date(began + 48 * HOUR),
  never: undefined,
};

interface Money {
  readonly accountId: string;
  readonly amount: number;
  readonly reference: string;
}

/** One call of the ledger, or the passing of time (`lapse`), which no caller makes. */
export type Call =
  | ({ readonly kind: 'grant'; readonly lasting: Lasting } & Money)
  | ({ readonly kind: 'chargeBack' } & Money)
  | { readonly kind: 'hold'; readonly request: HoldRequest }
  | { readonly kind: 'holdMany'; readonly requests: readonly HoldRequest[] }
  | { readonly kind: 'capture'; readonly holdId: string; readonly amount: number }
  | { readonly kind: 'release'; readonly holdId: string }
  | { readonly kind: 'resolveMany'; readonly items: readonly ResolveItem[] }
  | {
      readonly kind: 'split';
      readonly parentHoldId: string;
      readonly holdId: string;
      readonly amount: number;
      readonly reference: string;
    }
  | { readonly kind: 'expire' }
  | { readonly kind: 'lapse'; readonly accountId: string };

/** What a call gives, or the code of the error that it throws. */
export type Answer = object;

export async function make(ex: LedgerExecutor, call: Call): Promise<Answer> {
  switch (call.kind) {
    case 'grant': {
      const { accountId, amount, reference } = call;
      return grant(ex, { accountId, amount, reference, reason: 'test', expiresAt: EXPIRY[call.lasting] });
    }
    case 'chargeBack': {
      const { accountId, amount, reference } = call;
      return chargeBack(ex, { accountId, amount, reference, reason: 'test' });
    }
    case 'hold':
      return hold(ex, call.request);
    case 'holdMany':
      return holdMany(ex, call.requests);
    case 'capture':
      return capture(ex, call);
    case 'release':
      return release(ex, call);
    case 'resolveMany':
      return resolveMany(ex, call.items);
    case 'split':
      return splitHold(ex, call);
    case 'expire':
      await expireLots(ex, { limit: 10 });
      return {};
    case 'lapse':
      await openLedgerAccount(ex, call);
      await sql`update ledger.lots set expires_at = ${EXPIRY.past}
        where owner_id = ${call.accountId} and expires_at = ${EXPIRY.near}`.execute(ex);
      return {};
  }
}

/** The holds that a call asked to end or to split, which it may not have seen yet. */
export function holdsAskedFor(call: Call): readonly string[] {
  switch (call.kind) {
    case 'capture':
    case 'release':
      return [call.holdId];
    case 'split':
      return [call.parentHoldId];
    case 'resolveMany':
      return call.items.map(({ holdId }) => holdId);
    case 'grant':
    case 'chargeBack':
    case 'hold':
    case 'holdMany':
    case 'expire':
    case 'lapse':
      return [];
  }
}

/** The holds that are certainly there once a call has been answered so. */
export function holdsMade(call: Call, answer: Answer): readonly string[] {
  const isThere = (each: unknown): boolean =>
    typeof each === 'object' &&
    each !== null &&
    'status' in each &&
    /^(held|split|already)$/.test(String(each.status));
  switch (call.kind) {
    case 'hold':
      return isThere(answer) ? [call.request.holdId] : [];
    case 'split':
      return isThere(answer) ? [call.holdId] : [];
    case 'holdMany':
      return call.requests
        .filter((_, index) => Array.isArray(answer) && isThere(answer[index]))
        .map(({ holdId }) => holdId);
    case 'grant':
    case 'chargeBack':
    case 'capture':
    case 'release':
    case 'resolveMany':
    case 'expire':
    case 'lapse':
      return [];
  }
}
