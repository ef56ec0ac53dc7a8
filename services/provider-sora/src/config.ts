import { vendorConfigSchema } from '@shotloom/provider-kit';
import { z } from 'zod';

export const configSchema = vendorConfigSchema.extend({
  /** A server of the OpenAI Videos protocol, without `/v1`; a credential may name another. The default ended on 2026-09-24 and is refused. */
  SORA_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://api.openai.com'),
});
