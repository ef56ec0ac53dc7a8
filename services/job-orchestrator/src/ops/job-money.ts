import { jobStateMachine, type JobStatus } from '@shotloom/contracts';

/** What the job's row says about its credits. */
export interface JobMoney {
  readonly status: JobStatus;
  readonly creditsHeld: number;
  readonly creditsCaptured: number;
  /** False for a draft, and for one that ended before it was run. */
  readonly held: boolean;
}

/** What the ledger says about them. */
export interface HoldMoney {
  readonly state: 'open' | 'captured' | 'released';
  readonly amount: number;
  readonly captured: number;
  readonly resolution: { readonly outcome: string; readonly captured: number } | null;
}

/**
 * What does not fit between a job and its hold, a sentence each. One set of rules for the audit of one job and the check of
 * all: a job that goes on has its credits set aside, one that ended has had them taken or given back, once.
 */
export function moneyProblems(job: JobMoney, hold: HoldMoney | null | undefined): string[] {
  if (!job.held) return hold ? ['it was never run and the ledger has a hold for it'] : [];
  if (!hold) return ['the ledger has no hold for it'];
  return jobStateMachine.isTerminal(job.status) ? endedProblems(job, hold) : openProblems(job, hold);
}

function openProblems(job: JobMoney, hold: HoldMoney): string[] {
  const problems: string[] = [];
  if (hold.state !== 'open') problems.push(`it is ${job.status} and its hold is ${hold.state} already`);
  if (hold.resolution) problems.push(`it is ${job.status} and its hold has a resolution`);
  if (hold.amount !== job.creditsHeld)
    problems.push(`its row says ${job.creditsHeld} credits held, the hold is of ${hold.amount}`);
  return problems;
}

function endedProblems(job: JobMoney, hold: HoldMoney): string[] {
  if (!hold.resolution)
    return [`it is ${job.status} and its hold has no resolution (the hold is ${hold.state})`];
  const { outcome, captured } = hold.resolution;
  const problems: string[] = [];
  if (hold.state !== outcome) problems.push(`its hold is ${hold.state}, the resolution says ${outcome}`);
  if (job.status === 'completed' && outcome !== 'captured')
    problems.push('it is completed and its hold was not captured');
  if (job.status === 'failed' && captured > 0)
    problems.push(`it failed and ${captured} credits were captured`);
  if (captured !== job.creditsCaptured)
    problems.push(`its row says ${job.creditsCaptured} credits captured, the ledger ${captured}`);
  if (captured > hold.amount) problems.push(`${captured} credits were captured of a hold of ${hold.amount}`);
  return problems;
}

/**
 * A completed job costs what the model that delivered costs. Attempts from before prices were pinned to them have none, and the
 * job's own price counts. Null: the price fits.
 */
export function priceProblem(
  captured: number,
  delivering: { readonly priceCredits: number },
  jobPrice: number,
): string | null {
  const price = delivering.priceCredits === 0 ? jobPrice : delivering.priceCredits;
  const fits = captured === price || captured === delivering.priceCredits;
  return fits ? null : `${captured} credits were captured, the attempt that delivered costs ${price}`;
}
