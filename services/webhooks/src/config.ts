import { z } from 'zod';
import { allowListSchema } from '@shotloom/guarded-http';
import { sealingKeysSchema } from '@shotloom/sealing';
import { baseConfigSchema } from '@shotloom/service-kit';

const webhooksSchema = baseConfigSchema.extend({
  DATABASE_URL: z.string().min(1),
  DATABASE_POOL: z.coerce.number().int().min(2).max(100).default(8),
  /** Prepare statements that run often; see libs/database. */
  DATABASE_PREPARE: z.stringbool().default(true),
  /** Origin of the links in events. Without it they are paths. */
  PUBLIC_URL: z.url().optional(),
  /** Endpoints that may be called although they are not public, also by http: see `AllowList`. */
  WEBHOOK_ALLOW_PRIVATE: allowListSchema.prefault(''),
  /** For one call, from the name to the answer. Seconds. */
  WEBHOOK_TIMEOUT_SECONDS: z.coerce.number().min(1).max(60).default(15),
  /** Calls at the same time: of this process, to one endpoint, and for one account (these two over all replicas). */
  WEBHOOK_CONCURRENCY: z.coerce.number().int().min(1).max(2_000).default(200),
  WEBHOOK_ENDPOINT_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(4),
  WEBHOOK_ACCOUNT_CONCURRENCY: z.coerce.number().int().min(1).max(500).default(16),
  /** An endpoint is disabled when every call has failed for this long. Hours. */
  WEBHOOK_DISABLE_AFTER_HOURS: z.coerce.number().positive().max(720).default(72),
  /** Deliveries are kept, and can be sent again, for this long. Days. */
  WEBHOOK_KEEP_DAYS: z.coerce.number().int().min(2).max(365).default(30),
});

/** Environment of the webhooks service. */
export const configSchema = webhooksSchema.and(sealingKeysSchema);
export type Config = z.infer<typeof configSchema>;
