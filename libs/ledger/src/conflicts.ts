import { AppError } from '@shotloom/kernel';

/** The same reference for something else: a bug of the caller's, which must not pass as "already done". */
export function referenceConflict(what: string, reference: string): AppError {
  return new AppError('conflict', `${what} ${reference} is already in the ledger with other particulars.`);
}

export function unknownHold(holdId: string): AppError {
  return new AppError('not_found', `There is no hold ${holdId}.`);
}
