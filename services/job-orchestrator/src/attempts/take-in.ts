import type { Orchestrator } from '../app.tokens';
import { sessionOf } from '../changes/session';
import type { JobsTx } from '../jobs/job-changes';

interface News<R> {
  readonly attemptId: string;
  readonly work: (tx: JobsTx) => Promise<R>;
}

/**
 * Takes in what somebody reports of an attempt, in a transaction that it may share with others. Where an attempt has ended or a job
 * begun to wait, something may start now: then the scheduler looks.
 */
export async function takeIn<R>(app: Orchestrator, { attemptId, work }: News<R>): Promise<R> {
  let toSchedule: ReadonlySet<string> = new Set();
  const result = await app.changes.run({
    key: attemptId,
    needs: attemptId,
    work: async (tx) => {
      const done = await work(tx);
      toSchedule = sessionOf(tx).toSchedule;
      return done;
    },
  });
  for (const provider of toSchedule) app.scheduler.wake(provider);
  return result;
}
