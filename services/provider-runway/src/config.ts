import { vendorConfigSchema } from '@shotloom/provider-kit';
import { z } from 'zod';

export const configSchema = vendorConfigSchema.extend({
  /** Runway's host for its API; a credential may name another. */
  RUNWAY_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://api.dev.runwayml.com'),
});
