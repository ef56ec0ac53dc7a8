import { DeadLetter } from '@shotloom/bus';
import {
  attemptCancelAnsweredV1,
  attemptCancelledV1,
  attemptFailedV1,
  attemptHintedV1,
  attemptRefusedV1,
  attemptSubmittedV1,
  attemptSucceededV1,
  attemptUncertainV1,
} from '@shotloom/contracts';
import type { Orchestrator } from '../app.tokens';
import type { JobsTx } from '../jobs/job-changes';
import { attemptCancelled, attemptFailed, attemptSucceeded, type Applied } from './attempt-outcomes';
import { cancelAnswered } from './cancel-answered';
import { attemptRefused, attemptSubmitted, attemptUncertain } from './submit-reports';
import { askNow } from './timers';

/** A report about one attempt, by the type of its message. Throws `DeadLetter` for a type that nobody here knows. */
export function applyReportOf(
  app: Orchestrator,
  tx: JobsTx,
  type: string,
  report: unknown,
): Promise<Applied> {
  switch (type) {
    case attemptSucceededV1.type:
      return attemptSucceeded(tx, attemptSucceededV1.payload.parse(report));
    case attemptFailedV1.type:
      return attemptFailed(tx, app.catalogue, attemptFailedV1.payload.parse(report));
    case attemptCancelledV1.type:
      return attemptCancelled(tx, attemptCancelledV1.payload.parse(report));
    case attemptSubmittedV1.type:
      return attemptSubmitted(tx, app, attemptSubmittedV1.payload.parse(report));
    case attemptRefusedV1.type:
      return attemptRefused(tx, app, attemptRefusedV1.payload.parse(report));
    case attemptUncertainV1.type:
      return attemptUncertain(tx, app, attemptUncertainV1.payload.parse(report));
    case attemptCancelAnsweredV1.type:
      return cancelAnswered(tx, attemptCancelAnsweredV1.payload.parse(report));
    case attemptHintedV1.type:
      return hinted(tx, attemptHintedV1.payload.parse(report).attemptId);
    default:
      throw new DeadLetter(`No handler for ${type}.`);
  }
}

/** Nothing proves it, so it only brings the next question forward. */
async function hinted(tx: JobsTx, attemptId: string): Promise<Applied> {
  await askNow(tx, attemptId);
  return 'applied';
}
