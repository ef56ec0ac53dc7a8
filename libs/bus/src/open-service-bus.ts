import type { BaseConfig, ServiceContext } from '@shotloom/service-kit';
import type { Bus } from './bus';
import { connectBus } from './connect-bus';

/** The bus of a service: connected as its environment says, part of its readiness, drained when it stops. */
export async function openServiceBus(context: ServiceContext<BaseConfig>): Promise<Bus> {
  const { config, logger, metrics, name, health, shutdown } = context;
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
  return bus;
}
