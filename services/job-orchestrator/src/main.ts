import { loadConfig, runService } from '@shotloom/service-kit';
import { configSchema } from './config';
import { startOrchestrator } from './orchestrator';

void runService({
  name: 'job-orchestrator',
  loadConfig: () => loadConfig(configSchema),
  start: startOrchestrator,
});
