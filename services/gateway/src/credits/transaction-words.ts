import type { CreditTransaction } from '@shotloom/contracts';
import { isId } from '@shotloom/kernel';
import type { LedgerTransaction } from '@shotloom/ledger';

/** A movement of the ledger as people read it. Pure. */
export function toCreditTransaction(row: LedgerTransaction): CreditTransaction {
  const jobId = row.holdId !== null && isId(row.reference) ? row.reference : null;
  return {
    id: row.id,
    kind: row.kind,
    amount: row.amount,
    available_change: row.availableChange,
    held_change: row.heldChange,
    job_id: jobId,
    reason: sentence(row, jobId === null ? 'a job' : `job ${jobId}`),
    created_at: row.createdAt.toISOString(),
  };
}

function sentence({ kind, reason }: LedgerTransaction, job: string): string {
  switch (kind) {
    case 'grant':
      return reason ?? 'Credits were added.';
    case 'hold':
      return `Set aside for ${job}.`;
    case 'capture':
      return `Paid for ${job}.`;
    case 'release':
      return `Given back: ${job} did not need it.`;
    case 'expire':
      return reason ?? 'These credits were not spent before they expired.';
    case 'chargeback':
      return reason ?? 'The payment for these credits went back.';
    case 'repay':
      return reason ?? 'Paid what was owed.';
  }
}
