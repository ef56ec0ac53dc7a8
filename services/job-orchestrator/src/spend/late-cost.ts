import { sql } from 'kysely';
import { costMicros, type VendorOutcome } from '@shotloom/contracts';
import type { AttemptRow } from '../attempts/attempt-rows';
import type { JobsTx } from '../jobs/job-changes';

/**
 * What a vendor says of an attempt that has ended already corrects what was counted for it, on the day that it was counted on. Where its
 * slot was not taken back yet, that counts from the row, which has the cost. The attempt is locked.
 */
export async function correctSpend(
  tx: JobsTx,
  { attempt_id: attemptId }: AttemptRow,
  outcome: VendorOutcome,
): Promise<void> {
  const micros = finalMicros(outcome);
  if (micros === null) return;
  await sql`
    WITH counted AS (
      SELECT attempt_id, credential_id, spend_day, model, vendor_micros FROM jobs.attempts
      WHERE attempt_id = ${attemptId} AND NOT holds_slot AND vendor_micros <> ${micros}
    ), corrected AS (
      UPDATE jobs.attempts AS attempt SET vendor_micros = ${micros}
      FROM counted WHERE attempt.attempt_id = counted.attempt_id
    )
    UPDATE jobs.spend AS spend SET micros = spend.micros + ${micros} - counted.vendor_micros
    FROM counted
    WHERE spend.credential_id = counted.credential_id AND spend.day = counted.spend_day AND spend.model = counted.model`.execute(
    tx.sql,
  );
}

/** Null where it says nothing of money: then what was counted in doubt stays. */
function finalMicros(outcome: VendorOutcome): number | null {
  if (outcome.kind !== 'succeeded' && outcome.kind !== 'failed') return null;
  const reported = outcome.cost && costMicros(outcome.cost);
  if (reported !== null) return reported;
  return outcome.kind === 'failed' && outcome.error.chargeable === false ? 0 : null;
}
