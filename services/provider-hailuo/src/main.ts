import { runVendorService } from '@shotloom/provider-kit';
import { configSchema } from './config';
import { HailuoAdapter } from './provider';

void runVendorService({
  name: 'provider-hailuo',
  configSchema,
  makeAdapter: ({ config }) => new HailuoAdapter({ baseUrl: config.HAILUO_BASE_URL }),
});
