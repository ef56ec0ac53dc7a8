import type { Generated } from 'kysely';
import type { WebhookDeliveryRecord, WebhookEventType, WebhookRecord } from '@shotloom/contracts';

/** `webhooks.endpoints`. A deleted one stays until its deliveries are gone. */
export interface EndpointsTable {
  id: string;
  account_id: string;
  owner_user_id: string;
  url: string;
  description: string;
  event_types: string[];
  disabled_reason: WebhookRecord['disabledReason'];
  disabled_at: Date | null;
  failing_since: Date | null;
  failures: Generated<number>;
  due_at: Date | null;
  notice_id: string | null;
  created_at: Date;
  deleted_at: Date | null;
  /** `endpoint`: made by its owner. `job`: of one job, whose id it has. `signer`: has the secrets of the owner's jobs, and is never called. */
  kind: Generated<'endpoint' | 'job' | 'signer'>;
  /** Of the kind `job`: whose secrets sign. */
  signer_id: string | null;
  ended_at: Date | null;
}

export interface EndpointSecretsTable {
  endpoint_id: string;
  version: number;
  key_id: string;
  nonce: Buffer;
  ciphertext: Buffer;
  /** Null: the one that is shown to the owner last. */
  expires_at: Date | null;
}

export interface EventsTable {
  id: string;
  type: WebhookEventType;
  /** The whole body, as it is signed and sent. */
  body: string;
  created_at: Date;
}

export interface DeliveriesTable {
  id: string;
  endpoint_id: string;
  account_id: string;
  event_id: string;
  event_type: WebhookEventType;
  status: WebhookDeliveryRecord['status'];
  attempts: Generated<number>;
  next_try_at: Date | null;
  claim_id: string | null;
  claimed_until: Date | null;
  last_tried_at: Date | null;
  status_code: number | null;
  answer: string | null;
  error: string | null;
  duration_ms: number | null;
  created_at: Date;
  delivered_at: Date | null;
}

export interface WebhookTables {
  'webhooks.endpoints': EndpointsTable;
  'webhooks.endpoint_secrets': EndpointSecretsTable;
  'webhooks.events': EventsTable;
  'webhooks.deliveries': DeliveriesTable;
}
