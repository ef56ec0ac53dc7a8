import { runVendorService } from '@shotloom/provider-kit';
import { configSchema } from './config';
import { RunwayAdapter } from './provider';

void runVendorService({
  name: 'provider-runway',
  configSchema,
  makeAdapter: ({ config }) => new RunwayAdapter({ baseUrl: config.RUNWAY_BASE_URL }),
});
