import { runVendorService } from '@shotloom/provider-kit';
import { configSchema } from './config';
import { SoraAdapter } from './provider';

void runVendorService({
  name: 'provider-sora',
  configSchema,
  makeAdapter: ({ config }) => new SoraAdapter({ baseUrl: config.SORA_BASE_URL }),
});
