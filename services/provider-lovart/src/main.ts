import { runVendorService } from '@shotloom/provider-kit';
import { configSchema } from './config';
import { LovartAdapter } from './provider';

void runVendorService({
  name: 'provider-lovart',
  configSchema,
  makeAdapter: ({ config }) => new LovartAdapter({ baseUrl: config.LOVART_BASE_URL }),
});
