import { connectBus } from '@shotloom/bus';
import { loadConfig, runService } from '@shotloom/service-kit';
import { configSchema } from './config';
import { startNotifier } from './start-notifier';

void runService({
  name: 'notifier',
  loadConfig: () => loadConfig(configSchema),
  start: async ({ name, config, logger, metrics, health, shutdown }) => {
    const bus = await connectBus({
      url: config.NATS_URL,
      name,
      logger,
      metrics,
      ...(config.NATS_USER === undefined ? {} : { user: config.NATS_USER }),
      ...(config.NATS_PASSWORD === undefined ? {} : { password: config.NATS_PASSWORD }),
    });
    shutdown.add('bus', () => bus.drain());
    health.add('nats', () => bus.ping());
    const notifier = await startNotifier({ bus, config, logger, metrics });
    shutdown.add('sockets', () => notifier.stop());
    logger.info({ port: notifier.port }, 'sockets are served');
  },
});
