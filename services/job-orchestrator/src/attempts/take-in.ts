import type { Orchestrator } from '../app.tokens';
import { sessionOf, type Session } from '../changes/session';
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
  let session: Session | undefined;
  const result = await app.changes.run({
    key: attemptId,
    needs: attemptId,
    work: async (tx) => {
      const done = await work(tx);
      session = sessionOf(tx);
      return done;
    },
  });
  for (const provider of session?.waiting ?? []) app.scheduler.wake(provider);
  for (const { provider, ownerUserId } of session?.ended ?? []) app.scheduler.freed(provider, ownerUserId);
  return result;
}
