import { jobProgressV1, subjects, type PayloadOf } from '@shotloom/contracts';
import type { Bus } from '@shotloom/bus';

export type JobProgress = PayloadOf<typeof jobProgressV1>;

/** Best effort, past the outbox: the next one is a second away, and the row has the truth. */
export function sendProgress(bus: Bus, progress: JobProgress): void {
  bus.emit(jobProgressV1, progress, {
    subject: subjects.progress(progress.ownerUserId),
    correlationId: progress.jobId,
  });
}
