import { CHOSEN, quantile, rate, told, WINDOW, type DashboardSource, type RowSource } from '../source';

const QUEUE: RowSource = {
  title: 'Queue',
  panels: [
    {
      title: 'Jobs that wait',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description:
        'Counted up to 10,000. Raise the limit of the provider or add workers where the vendor allows.',
      runbook: 'stuck-jobs',
      queries: [{ expr: told('shotloom_queue_jobs', CHOSEN, 'provider'), legend: '{{provider}}' }],
      badFrom: 5000,
    },
    {
      title: 'The job that has waited longest',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'Over half an hour: is the provider paused, its breaker open, its limit too low?',
      runbook: 'stuck-jobs',
      queries: [
        { expr: told('shotloom_queue_oldest_age_seconds', CHOSEN, 'provider'), legend: '{{provider}}' },
      ],
      badFrom: 1800,
    },
    {
      title: 'Why jobs wait',
      kind: 'table',
      width: 8,
      unit: 'none',
      description:
        'A row for each reason that holds jobs back now; empty where what could start has started. `npm run ops -- provider show` tells more.',
      runbook: 'stuck-jobs',
      queries: [{ expr: told('shotloom_queue_blocked', CHOSEN, 'provider, reason'), legend: '' }],
    },
    {
      title: 'Attempts that count against the limit',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description: 'As many as the limit of the provider: it works to capacity.',
      queries: [{ expr: told('shotloom_slots_in_use', CHOSEN, 'provider'), legend: '{{provider}}' }],
    },
    {
      title: 'Paused providers',
      kind: 'lines',
      width: 8,
      unit: 'bool_on_off',
      description: 'A pause ends only by hand: `npm run ops -- provider resume`.',
      runbook: 'paused-provider',
      queries: [{ expr: told('shotloom_provider_paused', CHOSEN, 'provider'), legend: '{{provider}}' }],
      warnFrom: 1,
    },
    {
      title: 'Keys that are set aside',
      kind: 'lines',
      width: 8,
      unit: 'none',
      description:
        'Breakers that are open: calls under these keys failed. See the status page of the vendor.',
      runbook: 'breaker-open',
      queries: [
        {
          expr: `sum by (provider) (${told('shotloom_breaker_open', CHOSEN, 'provider, credential')})`,
          legend: '{{provider}}',
        },
      ],
      warnFrom: 1,
    },
  ],
};

const ATTEMPTS: RowSource = {
  title: 'Attempts',
  panels: [
    {
      title: 'Under way, by status',
      kind: 'areas',
      width: 8,
      unit: 'short',
      description: 'Many submitting: no worker takes the work. Many storing: storage is slow.',
      runbook: 'stuck-jobs',
      queries: [
        {
          expr: `sum by (status) (${told('shotloom_attempts_active', CHOSEN, 'provider, status')})`,
          legend: '{{status}}',
        },
      ],
    },
    {
      title: 'Ended, by outcome and code',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description:
        'Tries, so a job that is tried again counts each time. provider_auth_failed: the key is refused.',
      queries: [
        {
          expr: rate('shotloom_attempts_ended_total', CHOSEN, 'provider, outcome, code'),
          legend: '{{provider}} {{outcome}} {{code}}',
        },
      ],
    },
    {
      title: 'Time at the engine',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'Of jobs that ended. A vendor that became slow shows here before its jobs are overdue.',
      queries: [
        {
          expr: quantile(0.5, 'shotloom_job_state_seconds', `${CHOSEN},state="processing"`, 'provider'),
          legend: '{{provider}} median',
        },
        {
          expr: quantile(0.95, 'shotloom_job_state_seconds', `${CHOSEN},state="processing"`, 'provider'),
          legend: '{{provider}} 95th percentile',
        },
      ],
    },
    {
      title: 'Stuck',
      kind: 'stat',
      width: 6,
      unit: 'none',
      description: 'Overdue attempts that the last sweep could not move, of all providers: read the log.',
      runbook: 'stuck-jobs',
      queries: [{ expr: 'max(shotloom_attempts_stuck{namespace=~"$namespace"})', legend: 'stuck' }],
      badFrom: 1,
    },
    {
      title: 'Overdue',
      kind: 'stat',
      width: 6,
      unit: 'none',
      description: 'Attempts that should have moved two minutes ago, of all providers.',
      runbook: 'stuck-jobs',
      queries: [{ expr: 'max(shotloom_attempts_overdue{namespace=~"$namespace"})', legend: 'overdue' }],
      warnFrom: 1,
    },
    {
      title: 'Uncertain',
      kind: 'stat',
      width: 6,
      unit: 'none',
      description: 'Submits without an answer, of all providers; credits stay held until they are decided.',
      runbook: 'uncertain-attempts',
      queries: [{ expr: 'max(shotloom_attempts_uncertain{namespace=~"$namespace"})', legend: 'uncertain' }],
      warnFrom: 1,
      badFrom: 20,
    },
    {
      title: 'The oldest uncertain one',
      kind: 'stat',
      width: 6,
      unit: 's',
      description: 'Over a quarter of an hour: look for the task in the console of the vendor and decide.',
      runbook: 'uncertain-attempts',
      queries: [
        {
          expr: 'max(shotloom_attempts_uncertain_oldest_age_seconds{namespace=~"$namespace"})',
          legend: 'age',
        },
      ],
      badFrom: 900,
    },
  ],
};

const CALLS: RowSource = {
  title: 'Calls of vendors',
  panels: [
    {
      title: 'Calls by outcome',
      kind: 'areas',
      width: 8,
      unit: 'reqps',
      description:
        'outcome ok, or refused, accepted or unknown with the code. unknown on submit makes attempts uncertain.',
      queries: [
        {
          expr: rate('shotloom_vendor_calls_total', CHOSEN, 'provider, verb, outcome, code'),
          legend: '{{provider}} {{verb}} {{outcome}} {{code}}',
        },
      ],
    },
    {
      title: 'Time of a call, 95th percentile',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'Near the deadline of a call: attempts become uncertain next.',
      queries: [
        {
          expr: quantile(0.95, 'shotloom_vendor_call_seconds', CHOSEN, 'provider, verb'),
          legend: '{{provider}} {{verb}}',
        },
      ],
    },
    {
      title: 'Calls, and what one key allows',
      kind: 'lines',
      width: 8,
      unit: 'reqps',
      description:
        'Calls at the limit times the number of keys: polls come later than they should. Add a key.',
      queries: [
        { expr: rate('shotloom_vendor_calls_total', CHOSEN, 'provider'), legend: '{{provider}} calls' },
        {
          expr: told('shotloom_vendor_request_limit_per_second', CHOSEN, 'provider'),
          legend: '{{provider}} limit of a key',
        },
      ],
    },
    {
      title: 'Submits by what was reported',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description: 'unreported: the stream could not be told, so the attempt becomes uncertain.',
      runbook: 'uncertain-attempts',
      queries: [
        {
          expr: rate('shotloom_vendor_submits_total', CHOSEN, 'provider, outcome'),
          legend: '{{provider}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Tasks asked about, calls under way',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description:
        'Asked about: a second, planned by job-orchestrator. Under way: calls that have no answer yet.',
      queries: [
        {
          expr: rate('shotloom_polls_planned_total', CHOSEN, 'provider'),
          legend: '{{provider}} tasks a second',
        },
        {
          expr: `sum by (provider, verb) (shotloom_vendor_calls_in_flight{${CHOSEN}})`,
          legend: '{{provider}} {{verb}} under way',
        },
      ],
    },
    {
      title: 'Callbacks, and answers nobody understands',
      kind: 'lines',
      width: 8,
      unit: 'cps',
      description:
        'refused callbacks: a wrong signature. Alarms: the vendor has a new word or shape; its adapter wants a look. Dropped polls: workers are too slow.',
      queries: [
        {
          expr: rate('shotloom_vendor_callbacks_total', CHOSEN, 'provider, verdict'),
          legend: '{{provider}} callback {{verdict}}',
        },
        {
          expr: rate('shotloom_vendor_alarms_total', CHOSEN, 'provider, kind'),
          legend: '{{provider}} alarm {{kind}}',
        },
        {
          expr: rate('shotloom_vendor_polls_dropped_total', CHOSEN, 'provider, reason'),
          legend: '{{provider}} dropped {{reason}}',
        },
      ],
    },
  ],
};

const OWN_ENGINES: RowSource = {
  title: 'Engines of our own',
  panels: [
    {
      title: 'Renders under way',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description: 'Over all workers. At their number while jobs wait: add replicas.',
      queries: [{ expr: `sum by (provider) (shotloom_render_in_flight{${CHOSEN}})`, legend: '{{provider}}' }],
    },
    {
      title: 'Renders by outcome',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description: 'lapsed: the worker was silent for longer than its lease; lost: another one has it.',
      queries: [
        {
          expr: rate('shotloom_attempts_total', CHOSEN, 'provider, outcome'),
          legend: '{{provider}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Time of a render',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'From the grant to the end, of those that succeeded.',
      queries: [
        {
          expr: quantile(0.95, 'shotloom_attempt_seconds', `${CHOSEN},outcome="succeeded"`, 'provider'),
          legend: '{{provider}} 95th percentile',
        },
        {
          expr: `sum by (provider) (rate(shotloom_attempt_seconds_sum{${CHOSEN},outcome="succeeded"}[${WINDOW}])) / sum by (provider) (rate(shotloom_attempt_seconds_count{${CHOSEN},outcome="succeeded"}[${WINDOW}]))`,
          legend: '{{provider}} mean',
        },
      ],
    },
  ],
};

export const providers: DashboardSource = {
  uid: 'shotloom-providers',
  title: 'Shotloom: queue and providers',
  description: 'What waits for which engine and why, and how the engines answer.',
  byProvider: true,
  rows: [QUEUE, ATTEMPTS, CALLS, OWN_ENGINES],
};
