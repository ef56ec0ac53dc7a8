import { runVendorService } from '@shotloom/provider-kit';
import { configSchema } from './config';
import { ReplicateAdapter } from './provider';

void runVendorService({
  name: 'provider-replicate',
  configSchema,
  makeAdapter: ({ config }) => new ReplicateAdapter({ baseUrl: config.REPLICATE_BASE_URL }),
});
