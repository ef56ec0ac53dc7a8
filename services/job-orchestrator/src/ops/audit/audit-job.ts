import type { AuditReport } from '@shotloom/contracts';
import type { Bus } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../../schema/tables';
import { checkAttempts } from './check-attempts';
import { checkEvents } from './check-events';
import { checkDeadLetters, checkOutbox } from './check-messages';
import { checkMoney } from './check-money';
import { readDeadLetters } from './dead-letter-facts';
import { readEvents } from './event-facts';
import { readJobFacts } from './job-facts';
import { tellStory } from './story';

/**
 * Proves from the rows and from the streams what happened to a job, and whether it adds up. Changes nothing. The rows come
 * first: what the streams tell of later versions is news, not a contradiction. Undefined where there is no such job.
 */
export async function auditJob(
  { database, bus }: { readonly database: Database<JobsSchema>; readonly bus: Bus },
  jobId: string,
): Promise<AuditReport | undefined> {
  const facts = await readJobFacts(database, jobId);
  if (!facts) return undefined;
  const { job, attempts, log, hold, outbox } = facts;
  const ids = [jobId, ...attempts.map(({ attemptId }) => attemptId)];
  const [events, deadLetters] = await Promise.all([
    readEvents(bus, jobId, job),
    readDeadLetters(bus, ids, new Date(job.createdAt)),
  ]);
  const checks = [
    ...checkMoney(facts),
    ...checkAttempts(facts),
    ...checkEvents(facts, events),
    checkOutbox(outbox),
    checkDeadLetters(deadLetters),
  ];
  return {
    jobId,
    at: facts.at.toISOString(),
    job,
    attempts: [...attempts],
    log: [...log],
    hold,
    outbox,
    events,
    deadLetters,
    story: tellStory(facts, events),
    checks,
    ok: checks.every(({ verdict }) => verdict !== 'failed'),
  };
}
