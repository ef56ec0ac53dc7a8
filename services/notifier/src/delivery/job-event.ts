import type { JobState, jobProgressV1, PayloadOf } from '@shotloom/contracts';

export type JobProgress = PayloadOf<typeof jobProgressV1>;

/** What the bus tells of a job: a change of its state (ordered, once a version), or progress (best effort). */
export type JobEvent =
  | {
      readonly kind: 'state';
      readonly state: JobState;
      /** Where it stands in the stream of job events; absent for a state that comes from a snapshot. */
      readonly seq?: number;
    }
  | { readonly kind: 'progress'; readonly progress: JobProgress };

export function jobIdOf(event: JobEvent): string {
  return event.kind === 'state' ? event.state.jobId : event.progress.jobId;
}

export function ownerOf(event: JobEvent): string {
  return event.kind === 'state' ? event.state.ownerUserId : event.progress.ownerUserId;
}
