import { sql } from 'kysely';
import { AppError, credits } from '@shotloom/kernel';
import { manyHolds, type HoldRequest, type HoldResult } from '@shotloom/ledger';
import { holdAmount, type AcceptRequest } from './accept-request';
import type { JobsTx } from './job-changes';

/** Some variants of a request were held and others not: only a rollback undoes that, so it must be dealt with alone. */
export class PartlyHeld extends Error {
  constructor(readonly requests: readonly AcceptRequest[]) {
    super('Some requests of a group were held in part.');
  }
}

/** What the ledger says of a hold that it did not make; what each status has beside it is in the ledger's own types. */
interface NotHeld {
  readonly status: string;
  readonly available?: number;
  /** The budget that has too little left, and how much. */
  readonly key?: string;
  readonly left?: number;
}

/**
 * One hold for each variant of each request, all in one statement, in the order of arrival. Returns the requests that cannot be paid;
 * nothing is held for those. Throws where one was held in part. `at` is the time on the database's clock.
 */
export async function holdAll(
  tx: JobsTx,
  requests: readonly AcceptRequest[],
): Promise<{ readonly refused: ReadonlyMap<AcceptRequest, AppError>; readonly at: Date }> {
  const { results, at } = await hold(tx, requests);
  const refused = new Map<AcceptRequest, AppError>();
  const partly: AcceptRequest[] = [];
  let from = 0;
  for (const request of requests) {
    const mine = results.slice(from, (from += request.jobIds.length));
    const bad = mine.findIndex(({ status }) => status !== 'held');
    const result = mine[bad];
    if (result === undefined) continue;
    const held = mine.filter(({ status }) => status === 'held').length;
    if (held > 0) partly.push(request);
    refused.set(request, toError(request, result, bad));
  }
  const [alone] = refused.values();
  if (partly.length > 0) throw requests.length === 1 && alone ? alone : new PartlyHeld(partly);
  return { refused, at };
}

async function hold(
  tx: JobsTx,
  requests: readonly AcceptRequest[],
): Promise<{ results: readonly HoldResult[]; at: Date }> {
  const { statement, read } = manyHolds(requests.flatMap(toHolds));
  const clock = sql<{ at: Date }>`SELECT clock_timestamp() AS at`;
  const [answer, time] = await tx.together([statement, clock]);
  return { results: read(answer), at: time.rows[0]?.at ?? new Date() };
}

function toHolds(request: AcceptRequest): HoldRequest[] {
  const { accountId, jobIds, price, budgets } = request;
  const amount = credits(holdAmount(request));
  return jobIds.map((jobId) => ({
    holdId: jobId,
    accountId,
    amount,
    reference: jobId,
    priceVersion: price.version,
    budgets,
  }));
}

/** `variant` is the first that was not held: what its elders took was there for this request too. */
function toError(request: AcceptRequest, result: NotHeld, variant: number): AppError {
  const each = holdAmount(request);
  const needed = each * request.jobIds.length;
  return notHeld(result, { needed, before: variant * each, jobId: request.jobIds[variant] ?? '' });
}

/**
 * Why a hold was not made. `needed`: credits of all that was to be held; `before`: what was held of it before this one, and is given
 * back with the rest.
 */
export function notHeld(
  result: NotHeld,
  { needed, before, jobId }: { readonly needed: number; readonly before: number; readonly jobId: string },
): AppError {
  switch (result.status) {
    case 'insufficient': {
      const details = { needed_credits: needed, available_credits: (result.available ?? 0) + before };
      const message = `This costs ${needed} credits and there are not enough. Add credits or ask for less.`;
      return new AppError('insufficient_credits', message, { details });
    }
    case 'over_budget': {
      const left = (result.left ?? 0) + before;
      const details = { needed_credits: needed, budget: result.key, budget_left: left };
      const message = `This costs ${needed} credits and the budget ${result.key} has ${left} left. Raise it or ask for less.`;
      return new AppError('insufficient_credits', message, { details });
    }
    default:
      return new AppError('conflict', `Job ${jobId} was accepted before.`);
  }
}
