import { runVendorService } from '@shotloom/provider-kit';
import { configSchema } from './config';
import { YunwuAdapter } from './provider';

void runVendorService({
  name: 'provider-yunwu',
  configSchema,
  makeAdapter: ({ config }) => new YunwuAdapter({ baseUrl: config.YUNWU_BASE_URL }),
});
