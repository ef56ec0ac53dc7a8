import type { Bus } from '@shotloom/bus';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import { KeyCheck } from './auth/key-check';
import type { Config } from './config';
import { FanOut } from './delivery/fan-out';
import { GapWatch } from './delivery/gap-watch';
import type { JobEvent } from './delivery/job-event';
import { readJobEvents } from './delivery/job-events';
import { PlayableUrls } from './delivery/playable-urls';
import { Resync } from './delivery/resync';
import { Snapshots } from './delivery/snapshots';
import { EventStreams } from './events/event-streams';
import { createNotifierMetrics } from './metrics';
import { admit } from './socket/admission';
import { Places } from './socket/places';
import { SocketServer } from './socket/socket-server';

export interface RunningNotifier {
  readonly port: number;
  /** Ends the sockets with 1001, then the reading. */
  stop(): Promise<void>;
}

/** Builds the notifier on a connected bus. Events are read before the first socket is accepted. */
export async function startNotifier(parts: {
  bus: Bus;
  config: Config;
  logger: Logger;
  metrics: MetricsRegistry;
}): Promise<RunningNotifier> {
  const { bus, config, logger } = parts;
  const metrics = createNotifierMetrics(parts.metrics);
  const fanOut = new FanOut();
  const snapshots = new Snapshots(bus);
  const places = new Places(config.SOCKETS_PER_USER);
  const shared = {
    urls: new PlayableUrls({ bus, logger, publicUrl: config.PUBLIC_URL }),
    metrics,
    logger,
    maxBufferedBytes: config.SOCKET_BUFFER_BYTES,
  };
  const beatMs = config.PING_INTERVAL_MS;
  const publicUrl = config.PUBLIC_URL;
  const streams = new EventStreams({ ...shared, bus, fanOut, snapshots, places, beatMs, publicUrl });
  const server = new SocketServer({
    ...shared,
    admit: (request) => admit(request, { bus, fanOut, snapshots, places, publicUrl }),
    answer: (request, response) => streams.answer(request, response),
    lingerMs: config.LINGER_MS,
    pingIntervalMs: beatMs,
  });
  const publish = (event: JobEvent): void => {
    const reached = fanOut.publish(event);
    if (reached === 0 || event.kind !== 'state') return;
    metrics.eventDelay((Date.now() - Date.parse(event.state.changedAt)) / 1_000);
  };
  const events = await readJobEvents(bus, publish, logger, (userId) => fanOut.isWatched(userId));
  const resync = new Resync(snapshots, logger);
  const onGap = (reason: string, renewed: boolean): void => {
    const open = { sockets: server.open.length, streams: streams.open.length };
    logger.info({ reason, ...open }, 'clients get the present state again');
    // The ids of a stream that is gone mean nothing: whoever comes again is told so.
    if (renewed) streams.endAll();
    resync.add([...server.open, ...streams.open]);
  };
  const gaps = new GapWatch({ bus, logger, onGap });
  await gaps.start();
  const keys = new KeyCheck({
    bus,
    logger,
    clients: () => [...server.open, ...streams.open],
    intervalMs: config.KEY_CHECK_INTERVAL_MS,
  });
  keys.start();
  streams.start();
  const port = await server.listen(config.PORT, config.HOST);
  const stop = async (): Promise<void> => {
    gaps.stop();
    streams.stop();
    await server.close();
    await keys.stop();
    await events.stop();
  };
  return { port, stop };
}
