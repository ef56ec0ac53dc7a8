import type { Selectable } from 'kysely';
import type { WebhookDeliveryRecord } from '@shotloom/contracts';
import type { DeliveriesTable } from '../schema/tables';

export function toDeliveryRecord(row: Selectable<DeliveriesTable>): WebhookDeliveryRecord {
  const time = (at: Date | null): string | null => at?.toISOString() ?? null;
  return {
    id: row.id,
    webhookId: row.endpoint_id,
    eventId: row.event_id,
    eventType: row.event_type,
    status: row.status,
    attempts: row.attempts,
    nextTryAt: time(row.next_try_at),
    lastTriedAt: time(row.last_tried_at),
    statusCode: row.status_code,
    answer: row.answer,
    error: row.error,
    durationMs: row.duration_ms,
    createdAt: row.created_at.toISOString(),
    deliveredAt: time(row.delivered_at),
  };
}
