import type { Bus } from '@shotloom/bus';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import { KeyCheck } from './auth/key-check';
import type { Config } from './config';
import { CreditWatch } from './credits/credit-watch';
import { FanOut } from './delivery/fan-out';
import { GapWatch } from './delivery/gap-watch';
import type { JobEvent } from './delivery/job-event';
import { readJobEvents } from './delivery/job-events';
import { PlayableUrls } from './delivery/playable-urls';
import { Resync } from './delivery/resync';
import { Snapshots } from './delivery/snapshots';
import { EventStreams } from './events/event-streams';
import { createNotifierMetrics, type NotifierMetrics } from './metrics';
import { CatchUp } from './resume/catch-up';
import { admit } from './socket/admission';
import { Places } from './socket/places';
import { SocketServer } from './socket/socket-server';

export interface RunningNotifier {
  readonly port: number;
  /** Ends the sockets with 1001, then the reading. */
  stop(): Promise<void>;
}

interface NotifierParts {
  readonly bus: Bus;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
}

/** Builds the notifier on a connected bus. Events are read before the first socket is accepted. */
export async function startNotifier(parts: NotifierParts): Promise<RunningNotifier> {
  const { bus, config, logger } = parts;
  const metrics = createNotifierMetrics(parts.metrics);
  const fanOut = new FanOut();
  const snapshots = new Snapshots(bus);
  const credits = new CreditWatch({ bus, logger, sweepMs: config.CREDITS_CHECK_INTERVAL_MS });
  const { server, streams } = makeDoors(parts, { metrics, fanOut, snapshots, credits });
  const clients = () => [...server.open, ...streams.open];
  metrics.buffered(() => clients().reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0));
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
    if (renewed) {
      streams.endAll();
      server.endResumable();
    }
    resync.add(clients());
  };
  const gaps = new GapWatch({ bus, logger, onGap });
  await gaps.start();
  const keys = new KeyCheck({ bus, logger, clients, intervalMs: config.KEY_CHECK_INTERVAL_MS });
  keys.start();
  credits.start();
  streams.start();
  const port = await server.listen(config.PORT, config.HOST);
  const stop = async (): Promise<void> => {
    gaps.stop();
    credits.stop();
    streams.stop();
    await server.close();
    await keys.stop();
    await events.stop();
  };
  return { port, stop };
}

/** The two ways in. */
function makeDoors(
  { bus, config, logger }: NotifierParts,
  own: {
    readonly metrics: NotifierMetrics;
    readonly fanOut: FanOut;
    readonly snapshots: Snapshots;
    readonly credits: CreditWatch;
  },
): { readonly server: SocketServer; readonly streams: EventStreams } {
  const { metrics, fanOut, snapshots, credits } = own;
  const { PUBLIC_URL: publicUrl, PING_INTERVAL_MS: beatMs } = config;
  const places = new Places(config.SOCKETS_PER_USER);
  const catchUp = new CatchUp({ bus, snapshots, logger });
  const shared = {
    ...{ catchUp, credits, metrics, logger },
    urls: new PlayableUrls({ bus, logger, publicUrl }),
    maxBufferedBytes: config.SOCKET_BUFFER_BYTES,
  };
  const streams = new EventStreams({ ...shared, bus, fanOut, places, beatMs, publicUrl });
  const server = new SocketServer({
    ...shared,
    admit: (request) => admit(request, { bus, fanOut, catchUp, places, publicUrl }),
    answer: (request, response) => streams.answer(request, response),
    lingerMs: config.LINGER_MS,
    pingIntervalMs: beatMs,
  });
  return { server, streams };
}
