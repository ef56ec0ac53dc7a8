import type { Bus } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import { checkInvariants } from '@shotloom/ledger';
import type { JobsSchema } from '../../schema/tables';
import { countStuck, type StuckCounts } from '../stuck-counts';
import { checkAllAttempts } from './check-attempts';
import { checkJobs } from './check-jobs';
import { Violations, type Violation } from './violation';

export interface CheckReport {
  readonly jobs: number;
  /** The first of each rule; `found` counts all. */
  readonly violations: readonly Violation[];
  readonly found: Readonly<Record<string, number>>;
  /** What is no violation and still wants a look. */
  readonly stuck: StuckCounts;
  readonly ok: boolean;
}

/**
 * Everything that must be true of jobs, attempts and credits. Changes nothing. It reads all jobs and the whole ledger: on a
 * large installation point it at a replica.
 */
export async function checkAll(
  { database, bus }: { readonly database: Database<JobsSchema>; readonly bus: Bus },
  { keepPerRule }: { readonly keepPerRule: number },
): Promise<CheckReport> {
  const violations = new Violations(keepPerRule);
  for (const text of await checkInvariants(database.sql)) {
    const todo = 'See docs/runbooks/ledger-violation.md; change no row by hand.';
    violations.add({ rule: 'ledger', jobId: null, attemptId: null, text, todo });
  }
  const jobs = await checkJobs(database, violations);
  await checkAllAttempts(database, violations);
  return {
    jobs,
    violations: violations.listed,
    found: violations.found,
    stuck: await countStuck(database, bus),
    ok: violations.total === 0,
  };
}
