import { DeadLetter } from '@shotloom/bus';
import type { DeliveryContext } from '@shotloom/bus/nest';
import type { Orchestrator } from '../app.tokens';
import type { JobsTx } from '../jobs/job-changes';
import type { Applied } from './attempt-outcomes';
import { takeIn } from './take-in';

/**
 * Takes a report about an attempt in, in a transaction that it may share with others. A report without a row is never acked in
 * silence: a database was restored, or a message was forged, and somebody has to look.
 */
export async function applyReport(
  app: Orchestrator,
  { type }: DeliveryContext,
  attemptId: string,
  apply: (tx: JobsTx) => Promise<Applied>,
): Promise<Applied> {
  const applied = await takeIn(app, { attemptId, work: apply });
  app.metrics.reports.inc({ type, applied });
  if (applied === 'unknown') throw new DeadLetter(`There is no attempt ${attemptId}.`);
  return applied;
}
