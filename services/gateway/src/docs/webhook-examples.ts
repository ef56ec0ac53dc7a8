import type { OperationExample } from './operation-example';

const AT = '2026-11-27T05:00:00.000Z';
const URL = 'https://hooks.example.com/shotloom';
const WEBHOOK = {
  id: '019aa000-0000-7000-8000-000000000010',
  url: URL,
  description: 'Our editing suite',
  event_types: ['job.completed', 'job.failed'],
  enabled: true,
  disabled_reason: null,
  disabled_at: null,
  failing_since: null,
  old_secret_until: null,
  created_at: AT,
};
const SECRET = `whsec_${'x'.repeat(43)}=`;
const DELIVERY = {
  id: '019aa000-0000-7000-8000-000000000011',
  webhook_id: WEBHOOK.id,
  event_id: 'evt_019aa000-0000-7000-8000-000000000001_4',
  event_type: 'job.completed',
  status: 'delivered',
  attempts: 1,
  next_try_at: null,
  last_tried_at: AT,
  status_code: 204,
  answer: '',
  error: null,
  duration_ms: 83,
  created_at: AT,
  delivered_at: AT,
};
const WAITING = {
  ...{ ...DELIVERY, status: 'pending', attempts: 0, next_try_at: AT, last_tried_at: null },
  ...{ status_code: null, answer: null, duration_ms: null, delivered_at: null },
};

/** Of the routes about webhooks. */
export const WEBHOOK_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  listWebhooks: { response: { data: [WEBHOOK], next_cursor: null } },
  createWebhook: {
    request: { url: URL, description: 'Our editing suite', event_types: ['job.completed', 'job.failed'] },
    response: { ...WEBHOOK, secret: SECRET },
  },
  getWebhook: { response: WEBHOOK },
  changeWebhook: { request: { event_types: ['job.*'] }, response: { ...WEBHOOK, event_types: ['job.*'] } },
  rotateWebhookSecret: {
    response: { ...WEBHOOK, old_secret_until: '2026-11-28T05:00:00.000Z', secret: SECRET },
  },
  testWebhook: { response: { ...WAITING, event_type: 'webhook.test' } },
  enableWebhook: { response: WEBHOOK },
  listWebhookDeliveries: { response: { data: [DELIVERY], next_cursor: null } },
  redeliverWebhook: { response: WAITING },
  redeliverFailedWebhooks: { request: { since: AT }, response: { redelivered: 12, more: false } },
};
