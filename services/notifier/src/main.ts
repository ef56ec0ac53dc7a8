import { openServiceBus } from '@shotloom/bus';
import { loadConfig, runService } from '@shotloom/service-kit';
import { configSchema } from './config';
import { startNotifier } from './start-notifier';

void runService({
  name: 'notifier',
  loadConfig: () => loadConfig(configSchema),
  start: async (context) => {
    const bus = await openServiceBus(context);
    const { config, logger, metrics, shutdown } = context;
    const notifier = await startNotifier({ bus, config, logger, metrics });
    shutdown.add('sockets', () => notifier.stop());
    logger.info({ port: notifier.port }, 'sockets are served');
  },
});
