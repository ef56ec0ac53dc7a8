import { vendorConfigSchema } from '@shotloom/provider-kit';
import { z } from 'zod';

export const configSchema = vendorConfigSchema.extend({
  /** Yunwu's API, without `/v1`; a credential may name another address. */
  YUNWU_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://yunwu.ai'),
});
