import { runVendorService } from '@shotloom/provider-kit';
import { configSchema } from './config';
import { KlingAdapter } from './provider';

void runVendorService({
  name: 'provider-kling',
  configSchema,
  makeAdapter: ({ config }) => new KlingAdapter({ baseUrl: config.KLING_BASE_URL }),
});
