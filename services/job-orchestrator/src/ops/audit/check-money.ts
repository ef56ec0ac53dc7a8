import { jobStateMachine, type Check } from '@shotloom/contracts';
import { failed, passed } from '../checks';
import { moneyProblems, priceProblem } from '../job-money';
import type { JobFacts } from './job-facts';

const LEDGER_TODO = 'See docs/runbooks/ledger-violation.md; change no row by hand.';

/** The hold and its end, and the price. */
export function checkMoney({ job, hold, attempts }: JobFacts): Check[] {
  const problems = moneyProblems(job, hold);
  const id = jobStateMachine.isTerminal(job.status) ? 'one-end' : 'hold-open';
  const checks = [
    problems.length > 0
      ? failed(id, `The money does not fit: ${problems.join('; ')}.`, LEDGER_TODO)
      : passed(id, moneyText(hold)),
  ];
  const delivering = attempts.find((attempt) => attempt.status === 'stored');
  if (job.status !== 'completed' || !delivering) return checks;
  const wrong = priceProblem(job.creditsCaptured, delivering, job.priceCredits);
  const right = `${job.creditsCaptured} credits were captured, the price of the attempt that delivered.`;
  return [...checks, wrong === null ? passed('price', right) : failed('price', `${wrong}.`, LEDGER_TODO)];
}

function moneyText(hold: JobFacts['hold']): string {
  if (!hold?.resolution) return `The hold is open with ${hold?.amount ?? 0} credits, as the row says.`;
  const { outcome, captured, returned } = hold.resolution;
  return `The hold of ${hold.amount} credits ended once: ${outcome}, ${captured} taken, ${returned} given back.`;
}
