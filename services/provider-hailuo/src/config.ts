import { vendorConfigSchema } from '@shotloom/provider-kit';
import { z } from 'zod';

export const configSchema = vendorConfigSchema.extend({
  /** MiniMax's host outside of China; `https://api.minimaxi.com` inside. Keys belong to one of them; a credential may name another. */
  HAILUO_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://api.minimax.io'),
});
