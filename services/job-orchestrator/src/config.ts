import { z } from 'zod';
import { baseConfigSchema } from '@shotloom/service-kit';

const providerList = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  .pipe(z.array(z.string().regex(/^[a-z0-9-]+$/)));

export const configSchema = baseConfigSchema.extend({
  DATABASE_URL: z.string().min(1),
  /** Reads and accepts may take 11 of these at most; the rest is for leases, reports, the sweep and the outbox. */
  DATABASE_POOL: z.coerce.number().int().min(14).max(100).default(18),
  /** Prepare statements that run often; see libs/database. */
  DATABASE_PREPARE: z.stringbool().default(true),
  PROVIDERS_ENABLED: providerList.default(['animatic']),
  /** Attempts that one user may have with one provider at a time (product, section 2: 1 to 5). */
  USER_PROVIDER_CONCURRENCY: z.coerce.number().int().min(1).max(5).default(3),
  /** A worker that renders must renew within this time, or the attempt is given to another. Seconds. */
  LEASE_SECONDS: z.coerce.number().min(2).max(600).default(12),
  /** A worker must have sent a task to its vendor, inputs included, and said so, within this; else the attempt is uncertain. Seconds. */
  SEND_SECONDS: z.coerce.number().min(5).max(1_800).default(120),
  /** How often the planner looks for vendors to ask. Milliseconds. */
  PLANNER_MS: z.coerce.number().int().min(20).default(250),
  /** The gateway as vendors reach it, and the secret that signs the URLs they call back; without both nobody is told to call back. */
  PUBLIC_URL: z.url().optional(),
  CALLBACK_SECRET: z.string().min(32).optional(),
  /** A draft that was not run is removed so long after it was made. Days. */
  DRAFT_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  /** How often rows are looked at that nothing woke. Milliseconds. */
  SWEEP_MS: z.coerce.number().int().min(50).default(1_000),
});
export type Config = z.infer<typeof configSchema>;
