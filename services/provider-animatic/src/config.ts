import { availableParallelism } from 'node:os';
import { providerConfigSchema } from '@shotloom/provider-kit';
import { z } from 'zod';

/** One render draws on one core and encodes on another. */
const DEFAULT_CONCURRENCY = Math.max(1, Math.floor(availableParallelism() / 2));

export const configSchema = providerConfigSchema.extend({
  /** Films rendered at the same time. */
  ANIMATIC_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(DEFAULT_CONCURRENCY),
});
