import { applyTopology, connectBus, type Bus } from '@shotloom/bus';
import { STREAMS } from '@shotloom/contracts';
import { createMetrics, loadConfig, type MetricsRegistry } from '@shotloom/service-kit';
import { silentLogger, startNats, type NatsServer } from '@shotloom/testing';
import { configSchema } from '../../src/config';
import { startNotifier, type RunningNotifier } from '../../src/start-notifier';
import { Peers } from './peers';

/** A NATS server of one's own, the services around the notifier, and the notifier. */
export interface Stage {
  readonly nats: NatsServer;
  readonly bus: Bus;
  readonly peers: Peers;
  readonly metrics: MetricsRegistry;
  readonly notifier: RunningNotifier;
  stop(): Promise<void>;
}

export async function raiseStage(env: Record<string, string> = {}): Promise<Stage> {
  const nats = await startNats();
  const logger = silentLogger();
  const bus = await connectBus({ url: nats.url, name: 'peers', logger });
  await applyTopology(bus, { streams: [STREAMS.jobs, STREAMS.dead], consumers: [] });
  const peers = new Peers(bus);
  const ownBus = await connectBus({ url: nats.url, name: 'notifier', logger });
  const config = loadConfig(configSchema, { PORT: '0', NATS_URL: nats.url, ...env });
  const metrics = createMetrics('notifier');
  const notifier = await startNotifier({ bus: ownBus, config, logger, metrics });
  const stop = async (): Promise<void> => {
    await notifier.stop();
    await Promise.all([ownBus.drain(), bus.drain()]);
    await nats.stop();
  };
  return { nats, bus, peers, metrics, notifier, stop };
}
