import { HERE, quantile, rate, told, type DashboardSource, type RowSource } from '../source';

const STORAGE: RowSource = {
  title: 'From the engine into storage',
  panels: [
    {
      title: 'Results by what became of them',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description:
        'again: tried once more. missing, expired, unreachable, refused, invalid: not stored, although the vendor was paid.',
      runbook: 'ingest-failing',
      queries: [{ expr: rate('shotloom_ingest_seconds_count', HERE, 'outcome'), legend: '{{outcome}}' }],
    },
    {
      title: 'Time to fetch, check and store',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'Of results that were stored. Slow: the CDN of the vendor, or the object store.',
      runbook: 'ingest-failing',
      queries: [0.5, 0.95].map((part) => ({
        expr: quantile(part, 'shotloom_ingest_seconds', `${HERE},outcome="stored"`),
        legend: `${part * 100} of 100`,
      })),
    },
    {
      title: 'Bytes that come in',
      kind: 'areas',
      width: 8,
      unit: 'Bps',
      description: 'Results of engines, and uploads by the way they came.',
      queries: [
        { expr: `sum(rate(shotloom_ingest_bytes_total{${HERE}}[$__rate_interval]))`, legend: 'results' },
        { expr: rate('shotloom_upload_bytes_total', HERE, 'way'), legend: 'uploads, {{way}}' },
      ],
    },
    {
      title: 'Stored',
      kind: 'areas',
      width: 8,
      unit: 'bytes',
      description:
        'As it was counted last, in each SWEEP_INTERVAL_MS. Grows without end where plans keep for ever.',
      queries: [{ expr: told('shotloom_stored_bytes', HERE, 'kind'), legend: '{{kind}}' }],
    },
    {
      title: 'Files stored',
      kind: 'areas',
      width: 8,
      unit: 'short',
      description: 'As they were counted last, in each SWEEP_INTERVAL_MS.',
      queries: [{ expr: told('shotloom_stored_files', HERE, 'kind'), legend: '{{kind}}' }],
    },
    {
      title: 'Taken away',
      kind: 'lines',
      width: 8,
      unit: 'cps',
      description:
        'expired: past what the plan keeps. orphans: objects without a row, of work that was given up; many of them mean that ingests are cut off.',
      queries: [
        { expr: `sum(rate(shotloom_assets_expired_total{${HERE}}[$__rate_interval]))`, legend: 'expired' },
        { expr: `sum(rate(shotloom_orphans_removed_total{${HERE}}[$__rate_interval]))`, legend: 'orphans' },
      ],
    },
    {
      title: 'Posters and renditions',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description: 'failed renditions: read the log of storage; the video itself is not touched by it.',
      queries: [
        { expr: rate('shotloom_posters_total', HERE, 'outcome'), legend: 'poster {{outcome}}' },
        { expr: rate('shotloom_renditions_total', HERE, 'kind, outcome'), legend: '{{kind}} {{outcome}}' },
      ],
    },
    {
      title: 'Time for the renditions of a video',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'They give way to ingests, so they are slow where storage has much to do.',
      queries: [{ expr: quantile(0.95, 'shotloom_rendition_seconds', HERE), legend: '95th percentile' }],
    },
    {
      title: 'Uploads open, and imports that gave nothing',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description:
        'Imports a minute, by why: unavailable and not_there are of the other server, internal is ours.',
      queries: [
        { expr: told('shotloom_uploads_open', HERE, 'way'), legend: 'open, {{way}}' },
        {
          expr: `60 * ${rate('shotloom_import_failures_total', HERE, 'reason')}`,
          legend: 'import {{reason}} a minute',
        },
      ],
    },
  ],
};

const LIVE: RowSource = {
  title: 'To those who watch',
  panels: [
    {
      title: 'From the change of a job to its push',
      kind: 'lines',
      width: 8,
      unit: 's',
      description:
        'The objective is a second for 99 of 100. Late: outbox, NATS, or a notifier with too much to do.',
      runbook: 'event-delay',
      queries: [0.5, 0.99].map((part) => ({
        expr: quantile(part, 'shotloom_event_delay_seconds', HERE),
        legend: `${part * 100} of 100`,
      })),
      badFrom: 1,
    },
    {
      title: 'Open connections',
      kind: 'areas',
      width: 8,
      unit: 'short',
      description: 'Over all replicas of the notifier.',
      queries: [
        { expr: `sum(shotloom_sockets_open{${HERE}})`, legend: 'WebSockets' },
        { expr: `sum(shotloom_event_streams_open{${HERE}})`, legend: 'event streams' },
      ],
    },
    {
      title: 'Messages sent',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description: 'By type over sockets, and by name over event streams.',
      queries: [
        { expr: rate('shotloom_socket_messages_total', HERE, 'type'), legend: '{{type}}' },
        { expr: rate('shotloom_events_sent_total', HERE, 'event'), legend: '{{event}} (stream)' },
      ],
    },
    {
      title: 'Ended by us',
      kind: 'lines',
      width: 12,
      unit: 'cps',
      description:
        'overflow: no room for one more. unavailable: what is needed to serve it is gone. slow, silent: the client. Clients come again by themselves.',
      runbook: 'event-delay',
      queries: [{ expr: rate('shotloom_sockets_cut_total', HERE, 'reason'), legend: '{{reason}}' }],
      badFrom: 0.2,
    },
    {
      title: 'Bytes that clients have not taken',
      kind: 'lines',
      width: 12,
      unit: 'bytes',
      description:
        'In memory. A client above SOCKET_BUFFER_BYTES is cut; many just below it are memory: add replicas.',
      runbook: 'event-delay',
      queries: [{ expr: `sum(shotloom_client_buffered_bytes{${HERE}})`, legend: 'bytes' }],
    },
  ],
};

const WEBHOOKS: RowSource = {
  title: 'Webhooks and mail',
  panels: [
    {
      title: 'Calls by outcome',
      kind: 'areas',
      width: 8,
      unit: 'cps',
      description: 'Many retried and failed of many accounts: our own way to the internet.',
      runbook: 'failing-webhooks',
      queries: [
        { expr: rate('shotloom_webhook_deliveries_total', HERE, 'outcome'), legend: '{{outcome}}' },
        {
          expr: rate('shotloom_webhook_endpoints_disabled_total', HERE, 'reason'),
          legend: 'endpoint disabled: {{reason}}',
        },
      ],
    },
    {
      title: 'The delivery that has waited longest',
      kind: 'lines',
      width: 8,
      unit: 's',
      description: 'Past its time. Over 5 minutes: raise WEBHOOK_CONCURRENCY, or add replicas of webhooks.',
      runbook: 'failing-webhooks',
      queries: [{ expr: told('shotloom_webhook_queue_oldest_age_seconds', HERE, ''), legend: 'late by' }],
      badFrom: 300,
    },
    {
      title: 'Deliveries that wait, calls under way, deliveries made',
      kind: 'lines',
      width: 8,
      unit: 'short',
      description:
        'Waiting grows while calls are at their limit: receivers are slow, or too many for one process.',
      runbook: 'failing-webhooks',
      queries: [
        { expr: told('shotloom_webhook_queue_depth', HERE, ''), legend: 'wait' },
        { expr: `sum(shotloom_webhook_calls_running{${HERE}})`, legend: 'under way' },
        {
          expr: `sum(rate(shotloom_webhook_recorded_total{${HERE}}[$__rate_interval]))`,
          legend: 'made a second',
        },
      ],
    },
    {
      title: 'Time of a call',
      kind: 'lines',
      width: 12,
      unit: 's',
      description: 'From the name of the endpoint to its answer.',
      queries: [0.5, 0.95].map((part) => ({
        expr: quantile(part, 'shotloom_webhook_call_seconds', HERE),
        legend: `${part * 100} of 100`,
      })),
    },
    {
      title: 'Mails',
      kind: 'areas',
      width: 12,
      unit: 'cps',
      description:
        'Failed: people cannot confirm their address. Read the log of the gateway, and of the mail server.',
      queries: [{ expr: rate('shotloom_mails_total', HERE, 'outcome'), legend: '{{outcome}}' }],
    },
  ],
};

export const delivery: DashboardSource = {
  uid: 'shotloom-delivery',
  title: 'Shotloom: delivery',
  description: 'The way of a finished video: into storage, to sockets, to webhooks.',
  byProvider: false,
  rows: [STORAGE, LIVE, WEBHOOKS],
};
