import { sql } from 'kysely';
import { z } from 'zod';
import { AppError } from '@shotloom/kernel';
import { checkAmount } from './amounts';
import { unknownHold } from './conflicts';
import { readResult, type LedgerExecutor } from './executor';

/** How a hold ended. */
export interface HoldResolution {
  readonly outcome: 'captured' | 'released';
  readonly captured: number;
  readonly returned: number;
}

export type CaptureResult =
  | { readonly status: 'captured'; readonly captured: number; readonly returned: number }
  | { readonly status: 'already'; readonly resolution: HoldResolution };

export type ReleaseResult =
  | { readonly status: 'released'; readonly returned: number }
  | { readonly status: 'already'; readonly resolution: HoldResolution };

/** What one resolution may answer, alone or in a batch. */
export const resolveResult = z.discriminatedUnion('status', [
  z.object({ status: z.enum(['captured', 'released']), captured: z.int(), returned: z.int() }),
  z.object({
    status: z.literal('already'),
    resolution: z.object({ outcome: z.enum(['captured', 'released']), captured: z.int(), returned: z.int() }),
  }),
  z.object({ status: z.literal('too_much'), held: z.int() }),
  z.object({ status: z.literal('unknown') }),
]);

/**
 * Takes `amount` of a hold as earned and gives the rest back to the lots it came from. A hold ends once: later calls,
 * whatever they ask, are told how it ended. Throws `AppError('conflict')` for more than is held (never charge more than
 * was shown) and `AppError('not_found')` for an unknown hold.
 */
export async function capture(
  ex: LedgerExecutor,
  options: { readonly holdId: string; readonly amount: number },
): Promise<CaptureResult> {
  const { holdId } = options;
  const amount = checkAmount(options.amount);
  const statement = sql<{ result: unknown }>`
    select ledger.capture_hold(${holdId}::uuid, ${amount}::bigint) as result`;
  const result = await readResolution(ex, statement, options);
  if (result.status === 'already') return result;
  return { status: 'captured', captured: result.captured, returned: result.returned };
}

/** Gives a whole hold back to the lots it came from. Ends it, once; as `capture` otherwise. */
export async function release(
  ex: LedgerExecutor,
  { holdId }: { readonly holdId: string },
): Promise<ReleaseResult> {
  const statement = sql<{ result: unknown }>`select ledger.release_hold(${holdId}::uuid) as result`;
  const result = await readResolution(ex, statement, { holdId, amount: 0 });
  return result.status === 'already' ? result : { status: 'released', returned: result.returned };
}

type Resolved = Extract<z.output<typeof resolveResult>, { status: 'captured' | 'released' | 'already' }>;

async function readResolution(
  ex: LedgerExecutor,
  statement: Parameters<typeof readResult>[1],
  { holdId, amount }: { readonly holdId: string; readonly amount: number },
): Promise<Resolved> {
  const result = await readResult(ex, statement, resolveResult);
  if (result.status === 'unknown') throw unknownHold(holdId);
  if (result.status === 'too_much') {
    throw new AppError(
      'conflict',
      `Hold ${holdId} has ${result.held} credits, ${amount} cannot be captured.`,
    );
  }
  return result;
}
