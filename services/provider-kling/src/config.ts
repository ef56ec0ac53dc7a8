import { vendorConfigSchema } from '@shotloom/provider-kit';
import { z } from 'zod';

export const configSchema = vendorConfigSchema.extend({
  /** Kling's host outside of China; `https://api-beijing.klingai.com` inside. A credential may name another. */
  KLING_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://api-singapore.klingai.com'),
});
