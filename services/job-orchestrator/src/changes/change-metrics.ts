import { Counter, Histogram } from 'prom-client';
import type { MetricsRegistry } from '@shotloom/service-kit';
import type { AttemptRow } from '../attempts/attempt-rows';
import { holdAmount, type AcceptRequest } from '../jobs/accept-request';
import type { JobRow } from '../jobs/job-row';
import { overheadOf, timesOf } from './job-times';
import type { RowWrite } from './row-writes';
import type { Changes } from './session';

const STATE_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600];
const OVERHEAD_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];

/** Counts what transactions did, after they are committed. */
export interface ChangeMetrics {
  /** Its hold is one transaction with it. */
  accepted(request: AcceptRequest): void;
  committed(changes: Changes): void;
}

/** Names of providers, states and codes are closed sets; nothing here knows of users. */
export function createChangeMetrics(registry: MetricsRegistry, providers: readonly string[]): ChangeMetrics {
  const jobs = jobMetrics(registry);
  const attempts = attemptMetrics(registry);
  const money = creditMetrics(registry);
  // Shown from the start, so that the first of them is a rise.
  for (const provider of providers) {
    for (const counter of [jobs.accepted, jobs.late, ...Object.values(money)]) counter.inc({ provider }, 0);
    jobs.ended.inc({ provider, outcome: 'completed', code: 'none' }, 0);
  }
  return {
    accepted: (request) => {
      const { provider } = request.request;
      const count = request.jobIds.length;
      jobs.accepted.inc({ provider }, count);
      money.held.inc({ provider }, count * holdAmount(request));
    },
    committed: ({ jobs: changed, attempts: tries }) => {
      for (const change of tries) countAttempt(attempts, change);
      for (const change of changed) {
        countConditions(jobs.conditions, change);
        countDraft(jobs.accepted, money.held, change);
        countCredits(money, change);
        if (change.before.late_asset_id === null && change.after.late_asset_id !== null) {
          jobs.late.inc({ provider: change.after.provider });
        }
        if (hasEnded(change)) countEnd(jobs, change, tries);
      }
    },
  };
}

type JobMetrics = ReturnType<typeof jobMetrics>;

function jobMetrics(registry: MetricsRegistry) {
  const registers = [registry];
  return {
    accepted: new Counter({
      name: 'shotloom_jobs_accepted_total',
      help: 'Jobs accepted.',
      labelNames: ['provider'],
      registers,
    }),
    ended: new Counter({
      name: 'shotloom_jobs_ended_total',
      help: 'Jobs that have ended, by outcome; `code` is that of the error, `none` for a video.',
      labelNames: ['provider', 'outcome', 'code'],
      registers,
    }),
    states: new Histogram({
      name: 'shotloom_job_state_seconds',
      help: 'Time that ended jobs spent in a state; `processing` is the time at the engine.',
      labelNames: ['provider', 'state'],
      buckets: STATE_BUCKETS,
      registers,
    }),
    overhead: new Histogram({
      name: 'shotloom_job_overhead_seconds',
      help: 'Of jobs completed at the first try: from accept to end, less the time at the engine.',
      labelNames: ['provider'],
      buckets: OVERHEAD_BUCKETS,
      registers,
    }),
    conditions: new Counter({
      name: 'shotloom_job_conditions_total',
      help: 'Times that a job became slow, overdue, uncertain or cancelling.',
      labelNames: ['provider', 'condition'],
      registers,
    }),
    late: new Counter({
      name: 'shotloom_late_videos_total',
      help: 'Videos that came after their job was given up: delivered, paid to the vendor, charged to nobody.',
      labelNames: ['provider'],
      registers,
    }),
  };
}

type AttemptMetrics = ReturnType<typeof attemptMetrics>;

function attemptMetrics(registry: MetricsRegistry) {
  const registers = [registry];
  return {
    ended: new Counter({
      name: 'shotloom_attempts_ended_total',
      help: 'Attempts that have ended, by outcome; `code` is that of the error, `none` without one.',
      labelNames: ['provider', 'outcome', 'code'],
      registers,
    }),
    cost: new Counter({
      name: 'shotloom_vendor_cost_total',
      help: 'What vendors said that their videos cost, each in its own unit.',
      labelNames: ['provider', 'unit'],
      registers,
    }),
  };
}

type CreditMetrics = ReturnType<typeof creditMetrics>;

/** By the provider that the job has at that moment: a fallback is held for under one and captured under another. */
function creditMetrics(registry: MetricsRegistry) {
  const counter = (what: string, help: string): Counter<'provider'> =>
    new Counter({
      name: `shotloom_credits_${what}_total`,
      help,
      labelNames: ['provider'],
      registers: [registry],
    });
  return {
    held: counter('held', 'Credits set aside for jobs.'),
    captured: counter('captured', 'Credits taken for videos that were delivered.'),
    released: counter('released', 'Credits given back out of holds.'),
  };
}

/** A draft that ends was never accepted. */
const hasEnded = ({ before, after }: RowWrite<JobRow>): boolean =>
  before.finished_at === null && after.finished_at !== null && before.status !== 'draft';

function countAttempt({ ended, cost }: AttemptMetrics, { before, after }: RowWrite<AttemptRow>): void {
  const { provider } = after;
  const billed = before.cost === null && after.cost !== null ? after.cost : undefined;
  const amount = Number(billed?.amount);
  if (billed && amount > 0) cost.inc({ provider, unit: billed.unit }, amount);
  if (before.finished_at !== null || after.finished_at === null) return;
  ended.inc({ provider, outcome: after.status, code: after.error?.code ?? 'none' });
}

function countConditions(
  conditions: Counter<'provider' | 'condition'>,
  { before, after }: RowWrite<JobRow>,
): void {
  const begun = after.conditions.filter((condition) => !before.conditions.includes(condition));
  for (const condition of begun) conditions.inc({ provider: after.provider, condition });
}

/** A draft is accepted, and held for, when it is run. */
function countDraft(
  accepted: Counter<'provider'>,
  held: Counter<'provider'>,
  { before, after }: RowWrite<JobRow>,
): void {
  if (!after.held || before.held) return;
  accepted.inc({ provider: after.provider });
  held.inc({ provider: after.provider }, after.credits_held);
}

function countCredits(money: CreditMetrics, change: RowWrite<JobRow>): void {
  if (!hasEnded(change)) return;
  const { before, after } = change;
  const { provider } = after;
  const captured = after.credits_captured - before.credits_captured;
  money.captured.inc({ provider }, captured);
  money.released.inc({ provider }, before.credits_held - captured);
}

function countEnd(
  { ended, states, overhead }: JobMetrics,
  { before, after }: RowWrite<JobRow>,
  tries: Changes['attempts'],
): void {
  const { provider, status, error } = after;
  ended.inc({ provider, outcome: status, code: error?.code ?? 'none' });
  for (const [state, seconds] of timesOf(before, after)) states.observe({ provider, state }, seconds);
  const last = tries.findLast(
    (write) => write.after.job_id === after.job_id && write.after.status === 'stored',
  );
  const added = last && overheadOf(before, after, last.after);
  if (added !== undefined) overhead.observe({ provider }, added);
}
