import {
  HERE,
  quantile,
  rate,
  told,
  WINDOW,
  type DashboardSource,
  type PanelSource,
  type RowSource,
} from '../source';

const ACCEPTS = `${HERE},method="POST",route=~"/api/v1/generate/.+|/v1/videos"`;
const OURS = `${HERE},service=~"job-orchestrator|gateway|notifier|storage|webhooks|provider-.+"`;

const NOW: RowSource = {
  title: 'Now',
  panels: [
    {
      title: 'Alerts that fire',
      kind: 'stat',
      width: 4,
      unit: 'none',
      description: 'Alerts of Shotloom. Each names its runbook; begin with those of severity page.',
      queries: [
        {
          expr: 'count(ALERTS{alertname=~"Shotloom.+",alertstate="firing"}) or vector(0)',
          legend: 'alerts',
        },
      ],
      warnFrom: 1,
    },
    {
      title: 'Videos delivered a minute',
      kind: 'stat',
      width: 4,
      unit: 'cpm',
      description: 'Jobs that were completed. None for long while jobs wait: look at queue and providers.',
      queries: [
        {
          expr: `60 * sum(rate(shotloom_jobs_ended_total{${HERE},outcome="completed"}[${WINDOW}]))`,
          legend: 'completed',
        },
      ],
    },
    {
      title: 'Delivered, of what was tried',
      kind: 'stat',
      width: 4,
      unit: 'percentunit',
      description:
        'Completed jobs of those that were not cancelled, in an hour. Below: see which code fails, under jobs.',
      queries: [
        {
          expr: `sum(increase(shotloom_jobs_ended_total{${HERE},outcome="completed"}[1h])) / sum(increase(shotloom_jobs_ended_total{${HERE},outcome=~"completed|failed"}[1h]))`,
          legend: 'delivered',
        },
      ],
      badBelow: 0.9,
    },
    {
      title: 'Jobs that wait',
      kind: 'stat',
      width: 4,
      unit: 'short',
      description: 'Jobs without an attempt, at all providers; each is counted up to 10,000.',
      runbook: 'stuck-jobs',
      queries: [
        { expr: `sum(${told('shotloom_queue_jobs', HERE, 'provider')}) or vector(0)`, legend: 'jobs' },
      ],
      warnFrom: 5000,
    },
    {
      title: 'Attempts under way',
      kind: 'stat',
      width: 4,
      unit: 'short',
      description: 'Attempts that have not ended, at all providers.',
      queries: [
        {
          expr: `sum(${told('shotloom_attempts_active', HERE, 'provider, status')}) or vector(0)`,
          legend: 'attempts',
        },
      ],
    },
    {
      title: 'Sockets open',
      kind: 'stat',
      width: 4,
      unit: 'short',
      description: 'People who watch, over WebSocket and server-sent events.',
      queries: [
        {
          expr: `sum(shotloom_sockets_open{${HERE}}) + sum(shotloom_event_streams_open{${HERE}})`,
          legend: 'open',
        },
      ],
    },
  ],
};

interface Objective {
  readonly title: string;
  readonly ratio: string;
  readonly budget: number;
  readonly runbook: string;
  readonly what: string;
}

const OBJECTIVES: readonly Objective[] = [
  {
    title: 'Orders that fail',
    ratio: 'accept_errors',
    budget: 0.001,
    runbook: 'slow-api',
    what: 'Requests to make a video that end with a 5xx.',
  },
  {
    title: 'Orders that are slow',
    ratio: 'accept_slow',
    budget: 0.01,
    runbook: 'slow-api',
    what: 'Requests to make a video that take over half a second.',
  },
  {
    title: 'Events that are late',
    ratio: 'event_late',
    budget: 0.01,
    runbook: 'event-delay',
    what: 'Events pushed later than a second after the change of their job.',
  },
  {
    title: 'Videos that are stored late',
    ratio: 'store_slow',
    budget: 0.01,
    runbook: 'ingest-failing',
    what: 'Jobs that took over 30 s from the end of the engine to their own.',
  },
];

/** Recording rules have no namespace: they are about the whole installation that this Prometheus sees. */
function objective({ title, ratio, budget, runbook, what }: Objective): PanelSource {
  return {
    title,
    kind: 'lines',
    width: 6,
    unit: 'percentunit',
    description: `${what} Orange is the budget of 30 days, red burns it 14.4 times too fast. The objectives are in docs/slo.md.`,
    runbook,
    queries: ['5m', '1h', '3d'].map((window) => ({
      expr: `shotloom:${ratio}:ratio_rate${window}`,
      legend: window,
    })),
    warnFrom: budget,
    badFrom: 14.4 * budget,
  };
}

const JOBS: RowSource = {
  title: 'Jobs',
  panels: [
    {
      title: 'Jobs by outcome',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description: 'Jobs that ended. A rise of failed: the panel beside it says with which code.',
      queries: [{ expr: rate('shotloom_jobs_ended_total', HERE, 'outcome'), legend: '{{outcome}}' }],
    },
    {
      title: 'Failures by code',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description:
        'Of failed jobs. content_rejected and invalid_input are of users, provider_* of vendors, ingest_failed, media_invalid and internal of ours.',
      queries: [
        {
          expr: rate('shotloom_jobs_ended_total', `${HERE},outcome="failed"`, 'provider, code'),
          legend: '{{provider}} {{code}}',
        },
      ],
    },
    {
      title: 'Accepted and ended',
      kind: 'lines',
      width: 8,
      unit: 'cps',
      description: 'More accepted than ended for long: a queue grows, see queue and providers.',
      queries: [
        { expr: `sum(rate(shotloom_jobs_accepted_total{${HERE}}[${WINDOW}]))`, legend: 'accepted' },
        { expr: `sum(rate(shotloom_jobs_ended_total{${HERE}}[${WINDOW}]))`, legend: 'ended' },
      ],
    },
    {
      title: 'Time in each state, 95th percentile',
      kind: 'lines',
      width: 8,
      unit: 's',
      description:
        'Of jobs that ended. queued: limits and slots; processing: the engine; storing: storage and its way to the vendor.',
      queries: [{ expr: quantile(0.95, 'shotloom_job_state_seconds', HERE, 'state'), legend: '{{state}}' }],
    },
    {
      title: 'What we add to a job',
      kind: 'lines',
      width: 8,
      unit: 's',
      description:
        'Of jobs completed at the first try: from accept to end, less the time at the engine. It includes the wait for a slot.',
      runbook: 'stuck-jobs',
      queries: [
        { expr: quantile(0.5, 'shotloom_job_overhead_seconds', HERE), legend: 'median' },
        { expr: quantile(0.95, 'shotloom_job_overhead_seconds', HERE), legend: '95th percentile' },
      ],
    },
    {
      title: 'Jobs that became slow, overdue or uncertain',
      kind: 'lines',
      width: 8,
      unit: 'cps',
      description: 'Many overdue: the vendor hangs. Many uncertain: the network to it, or it, is broken.',
      runbook: 'uncertain-attempts',
      queries: [
        {
          expr: rate('shotloom_job_conditions_total', HERE, 'provider, condition'),
          legend: '{{provider}} {{condition}}',
        },
      ],
    },
  ],
};

const API: RowSource = {
  title: 'API',
  panels: [
    {
      title: 'Requests by status',
      kind: 'areas',
      width: 8,
      unit: 'reqps',
      description: 'All routes of the gateway. 429 is the rate limit, 402 too few credits, 5xx is ours.',
      runbook: 'slow-api',
      queries: [{ expr: rate('shotloom_http_request_seconds_count', HERE, 'status'), legend: '{{status}}' }],
    },
    {
      title: 'Orders, time to the answer',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'Requests to make a video. The objective is half a second for 99 of 100.',
      runbook: 'slow-api',
      queries: [0.5, 0.95, 0.99].map((part) => ({
        expr: quantile(part, 'shotloom_http_request_seconds', ACCEPTS),
        legend: `${part * 100} of 100`,
      })),
      badFrom: 0.5,
    },
    {
      title: 'Refused for too many requests, and left by their clients',
      kind: 'lines',
      width: 8,
      unit: 'reqps',
      description: 'One caller in a loop is refused; clients that leave are mostly tired of waiting.',
      queries: [
        { expr: rate('shotloom_rate_limited_total', HERE, 'by'), legend: 'refused by {{by}}' },
        { expr: rate('shotloom_http_requests_aborted_total', HERE, 'route'), legend: 'left {{route}}' },
      ],
    },
  ],
};

const PROCESSES: RowSource = {
  title: 'Processes',
  panels: [
    {
      title: 'Processes that are scraped',
      kind: 'lines',
      width: 6,
      unit: 'none',
      description: 'A service that is missing here is down, or not scraped.',
      runbook: 'process-down',
      queries: [{ expr: `count by (service) (process_start_time_seconds{${OURS}})`, legend: '{{service}}' }],
    },
    {
      title: 'Memory',
      kind: 'lines',
      width: 6,
      unit: 'bytes',
      description:
        'The largest process of each service. One that only grows: a heap snapshot, then a restart.',
      runbook: 'process-down',
      queries: [{ expr: told('process_resident_memory_bytes', OURS, 'service'), legend: '{{service}}' }],
      badFrom: 1.5e9,
    },
    {
      title: 'CPU',
      kind: 'lines',
      width: 6,
      unit: 'percentunit',
      description: 'Of one core, the sum of the replicas.',
      queries: [{ expr: rate('process_cpu_seconds_total', OURS, 'service'), legend: '{{service}}' }],
    },
    {
      title: 'Event loop, late by',
      kind: 'lines',
      width: 6,
      unit: 's',
      description: 'Over half a second: too little CPU, or work that blocks. Add replicas.',
      runbook: 'process-down',
      queries: [{ expr: told('nodejs_eventloop_lag_p99_seconds', OURS, 'service'), legend: '{{service}}' }],
      badFrom: 0.5,
    },
  ],
};

export const overview: DashboardSource = {
  uid: 'shotloom-overview',
  title: 'Shotloom: overview',
  description: 'Whether people get their videos, and which part to look at where they do not.',
  byProvider: false,
  rows: [NOW, { title: 'Objectives', panels: OBJECTIVES.map(objective) }, JOBS, API, PROCESSES],
};
