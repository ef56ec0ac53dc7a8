import { jobStateMachine } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { readHolds } from '@shotloom/ledger';
import type { JobsTx } from '../../jobs/job-changes';
import type { JobRow } from '../../jobs/job-row';
import type { JobsSchema } from '../../schema/tables';
import { onOneSnapshot } from '../audit/job-facts';
import { moneyProblems, priceProblem } from '../job-money';
import type { Violations } from './violation';

const PAGE = 1_000;
const MONEY_TODO = 'Run `npm run ops -- audit <job>`; then docs/runbooks/ledger-violation.md.';
const VIDEO_TODO = 'Run `npm run ops -- audit <job>`: the log says which transition went wrong.';

type MoneyRow = Pick<
  JobRow,
  'job_id' | 'status' | 'credits_held' | 'credits_captured' | 'price_credits' | 'held'
>;

/** Every job against its hold and its attempts, page by page; each page is one snapshot. Returns how many it looked at. */
export async function checkJobs(database: Database<JobsSchema>, violations: Violations): Promise<number> {
  let looked = 0;
  let after: string | undefined;
  for (;;) {
    const page = await database.run((tx) => checkPage(tx, after, violations));
    looked += page.size;
    if (page.last === undefined) return looked;
    after = page.last;
  }
}

async function checkPage(
  tx: JobsTx,
  after: string | undefined,
  violations: Violations,
): Promise<{ size: number; last: string | undefined }> {
  await onOneSnapshot(tx);
  let select = tx.sql
    .selectFrom('jobs.jobs')
    .select(['job_id', 'status', 'credits_held', 'credits_captured', 'price_credits', 'held'])
    .orderBy('job_id')
    .limit(PAGE);
  if (after !== undefined) select = select.where('job_id', '>', after);
  const jobs = await select.execute();
  if (jobs.length === 0) return { size: 0, last: undefined };
  const ids = jobs.map((job) => job.job_id);
  const holds = await readHolds(tx.sql, ids);
  const delivering = await readDelivering(tx, ids);
  for (const job of jobs) {
    const money = {
      status: job.status,
      creditsHeld: job.credits_held,
      creditsCaptured: job.credits_captured,
      held: job.held,
    };
    for (const text of moneyProblems(money, holds.get(job.job_id)))
      violations.add({ rule: 'job-money', jobId: job.job_id, attemptId: null, text, todo: MONEY_TODO });
    checkDelivery(job, delivering.get(job.job_id), violations);
  }
  return { size: jobs.length, last: jobs.length < PAGE ? undefined : ids.at(-1) };
}

interface Delivering {
  readonly attemptId: string;
  readonly priceCredits: number;
}

async function readDelivering(tx: JobsTx, jobIds: readonly string[]): Promise<Map<string, Delivering>> {
  const rows = await tx.sql
    .selectFrom('jobs.attempts')
    .select(['job_id', 'attempt_id', 'price_credits'])
    .where('job_id', 'in', jobIds)
    .where('status', '=', 'stored')
    .execute();
  return new Map(
    rows.map((row) => [row.job_id, { attemptId: row.attempt_id, priceCredits: row.price_credits }]),
  );
}

function checkDelivery(job: MoneyRow, delivering: Delivering | undefined, violations: Violations): void {
  const about = { jobId: job.job_id, attemptId: delivering?.attemptId ?? null };
  if (job.status !== 'completed') {
    if (!delivering) return;
    const when = jobStateMachine.isTerminal(job.status) ? 'ended without a video' : 'goes on';
    const text = `it ${when} (${job.status}) and has a stored attempt`;
    violations.add({ rule: 'job-video', ...about, text, todo: VIDEO_TODO });
    return;
  }
  if (!delivering) {
    violations.add({
      rule: 'job-video',
      ...about,
      text: 'it is completed and no attempt delivered',
      todo: VIDEO_TODO,
    });
    return;
  }
  const wrong = priceProblem(job.credits_captured, delivering, job.price_credits);
  if (wrong !== null) violations.add({ rule: 'job-price', ...about, text: wrong, todo: MONEY_TODO });
}
