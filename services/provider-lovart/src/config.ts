import { vendorConfigSchema } from '@shotloom/provider-kit';
import { z } from 'zod';

export const configSchema = vendorConfigSchema.extend({
  /** Lovart's host for its agent API; a credential may name another. */
  LOVART_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://lgw.lovart.ai'),
});
