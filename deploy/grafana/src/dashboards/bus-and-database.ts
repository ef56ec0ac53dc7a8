import { HERE, quantile, rate, told, type DashboardSource, type RowSource } from '../source';

const OUTBOX: RowSource = {
  title: 'Outbox',
  panels: [
    {
      title: 'The oldest message that is not on the bus',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'Over a minute: NATS is down, its disk is full, or the first message is refused.',
      runbook: 'stuck-jobs',
      queries: [{ expr: told('shotloom_outbox_oldest_age_seconds', HERE, 'schema'), legend: '{{schema}}' }],
      badFrom: 60,
    },
    {
      title: 'Moved to the bus',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description: 'Messages a second, by schema.',
      queries: [{ expr: rate('shotloom_outbox_published_total', HERE, 'schema'), legend: '{{schema}}' }],
    },
    {
      title: 'Refused for good',
      kind: 'lines',
      width: 8,
      unit: 'none',
      description:
        'Of jobs: those that nobody has sent again. Read and replay them by `npm run ops -- dead-letters`.',
      runbook: 'dead-letters',
      queries: [
        { expr: told('shotloom_outbox_dead_messages', HERE, ''), legend: 'jobs, now' },
        {
          expr: `sum by (schema) (increase(shotloom_outbox_dead_total{${HERE}}[1h]))`,
          legend: '{{schema}}, in an hour',
        },
      ],
      badFrom: 1,
    },
  ],
};

const CONSUMERS: RowSource = {
  title: 'Consumers',
  panels: [
    {
      title: 'Messages that wait',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description: 'Not given to the consumer yet. Grows: its service is down or too slow; add replicas.',
      runbook: 'process-down',
      queries: [{ expr: told('shotloom_bus_pending_messages', HERE, 'durable'), legend: '{{durable}}' }],
    },
    {
      title: 'The oldest message that is not ended',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'Old although few wait: one message fails again and again, and is a dead letter next.',
      runbook: 'dead-letters',
      queries: [{ expr: told('shotloom_bus_oldest_age_seconds', HERE, 'durable'), legend: '{{durable}}' }],
    },
    {
      title: 'Given and not ended',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description: 'In work, or asleep until the next try.',
      queries: [{ expr: told('shotloom_bus_unacked_messages', HERE, 'durable'), legend: '{{durable}}' }],
    },
    {
      title: 'Deliveries by what became of them',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description: 'retried: the handler failed. parked: a type or a row that nobody knows yet.',
      queries: [{ expr: rate('shotloom_bus_messages_total', HERE, 'outcome'), legend: '{{outcome}}' }],
    },
    {
      title: 'Deliveries after the first',
      kind: 'lines',
      width: 8,
      unit: 'cps',
      description: 'Handlers fail or are slow. More than 5 of 100 are an alert; dead letters come next.',
      runbook: 'dead-letters',
      queries: [{ expr: rate('shotloom_bus_redeliveries_total', HERE, 'durable'), legend: '{{durable}}' }],
    },
    {
      title: 'Time in the handler, 95th percentile',
      kind: 'lines',
      width: 8,
      unit: 's',
      description:
        'Of renders it is the time of the render. Elsewhere a slow one is the database or another service.',
      queries: [
        { expr: quantile(0.95, 'shotloom_bus_handler_seconds', HERE, 'durable'), legend: '{{durable}}' },
      ],
    },
    {
      title: 'Messages in hand',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description:
        'Handlers that run now. At the concurrency of the consumer while messages wait: add replicas.',
      queries: [{ expr: `sum by (durable) (shotloom_bus_in_flight{${HERE}})`, legend: '{{durable}}' }],
    },
    {
      title: 'Dead letters',
      kind: 'lines',
      width: 8,
      unit: 'none',
      description: 'Read them with `npm run ops -- dead-letters list`, mend the cause, replay.',
      runbook: 'dead-letters',
      queries: [
        { expr: told('shotloom_dead_letters', HERE, 'stream, durable'), legend: '{{stream}} {{durable}}' },
      ],
      badFrom: 1,
    },
    {
      title: 'The oldest dead letter',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'They are dropped after 30 days.',
      runbook: 'dead-letters',
      queries: [
        { expr: told('shotloom_dead_letters_oldest_age_seconds', HERE, 'durable'), legend: '{{durable}}' },
      ],
      badFrom: 86_400,
    },
  ],
};

const DATABASE: RowSource = {
  title: 'Postgres, as the services see it',
  panels: [
    {
      title: 'Connections in use',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description: 'Of all replicas of a service. At the size of the pool: the next panel.',
      queries: [
        {
          expr: `sum by (service) (shotloom_database_pool_connections{${HERE},state="busy"})`,
          legend: '{{service}}',
        },
      ],
    },
    {
      title: 'Callers who wait for a connection',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description:
        'Not 0 for long: Postgres is slow, or DATABASE_POOL too small. Keep replicas times pool under its limit.',
      runbook: 'slow-api',
      queries: [
        {
          expr: `sum by (service) (shotloom_database_pool_connections{${HERE},state="waiting"})`,
          legend: '{{service}}',
        },
      ],
      warnFrom: 1,
    },
    {
      title: 'Transactions that were tried again',
      kind: 'lines',
      width: 8,
      unit: 'cps',
      description: 'conflict: many change the same rows; some are no harm. connection: Postgres was away.',
      queries: [
        {
          expr: rate('shotloom_database_transaction_retries_total', HERE, 'service, reason'),
          legend: '{{service}} {{reason}}',
        },
      ],
    },
  ],
};

export const busAndDatabase: DashboardSource = {
  uid: 'shotloom-bus-and-database',
  title: 'Shotloom: bus and database',
  description: 'Whether messages move, and whether Postgres keeps up, as the services see it.',
  byProvider: false,
  rows: [OUTBOX, CONSUMERS, DATABASE],
};
