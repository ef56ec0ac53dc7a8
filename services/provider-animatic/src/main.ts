import { runProviderService } from '@shotloom/provider-kit';
import { configSchema } from './config';
import { AnimaticEngine } from './engine';

void runProviderService({
  name: 'provider-animatic',
  configSchema,
  concurrency: (config) => config.ANIMATIC_CONCURRENCY,
  makeEngine: () => new AnimaticEngine(),
});
