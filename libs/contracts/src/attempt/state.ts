import { defineStateMachine } from '@shotloom/kernel';

/** The life of one try at one provider. Engines in our own worker go from `submitting` to `running` by a lease. */
export const ATTEMPT_STATUSES = [
  /** Offered to the provider's workers; nobody has begun it. */
  'submitting',
  /** A worker was granted the fence and may be calling the vendor now: from here on a video may have been bought. */
  'sending',
  /** The vendor's answer was lost. It is looked up, never sent again, and its hold is kept. */
  'uncertain',
  /** The vendor has the task and has not begun it. */
  'submitted',
  /** Being made, by the vendor or under a lease. */
  'running',
  /** Made; storage is fetching it. */
  'storing',
  'stored',
  'failed',
  'cancelled',
] as const;
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

/** The one table of moves of an attempt; the database's trigger holds the same. */
export const attemptStateMachine = defineStateMachine<AttemptStatus>('submitting', {
  // A callback may prove that the vendor has a task which its lookup denied.
  submitting: ['sending', 'submitted', 'running', 'storing', 'failed', 'cancelled'],
  // Back to `submitting`: the vendor refused and may be asked again. A callback may tell the end before the submit's own answer.
  sending: ['submitting', 'uncertain', 'submitted', 'running', 'storing', 'failed', 'cancelled'],
  uncertain: ['submitting', 'submitted', 'running', 'storing', 'failed', 'cancelled'],
  submitted: ['running', 'storing', 'failed', 'cancelled'],
  // Back to `submitting`: a lease that lapsed or was given back.
  running: ['submitting', 'storing', 'failed', 'cancelled'],
  // Back to `running`: the vendor's link had ended, so the vendor is asked for another.
  storing: ['running', 'stored', 'failed', 'cancelled'],
  stored: [],
  failed: [],
  cancelled: [],
});
