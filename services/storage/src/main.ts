import { loadConfig, runService } from '@shotloom/service-kit';
import { configSchema } from './config';
import { startStorage } from './start-storage';

void runService({ name: 'storage', loadConfig: () => loadConfig(configSchema), start: startStorage });
