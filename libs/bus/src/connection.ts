import { connect, createInbox, type NatsConnection } from '@nats-io/transport-node';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { Logger } from '@shotloom/service-kit';
import type { Bus, BusOptions } from './bus';
import { gatherWrites } from './gather-writes';

const RECONNECT_WAIT_MS = 250;
const PING_INTERVAL_MS = 15_000;
const API_TIMEOUT_MS = 5_000;

/** The connection as the parts of the bus see it. */
export interface Connection {
  readonly name: string;
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly logger: Logger;
  /** A new place for answers, below what this user may read. */
  inbox(): string;
  isConnected(): boolean;
  /** Calls back after every reconnect, until the returned function is called. */
  onReconnect(listener: () => void): () => void;
}

/** Connects and stays connected: waits for a server that is not there yet, and reconnects for ever. */
export async function openConnection(options: BusOptions): Promise<Connection> {
  const inboxPrefix = inboxPrefixOf(options.user);
  const nc = await connect({
    servers: options.url.split(',').map((server) => server.trim()),
    name: options.name,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    waitOnFirstConnect: true,
    // While a password is changed the server refuses us for a while; the client would give up for ever at the second refusal.
    ignoreAuthErrorAbort: true,
    pingInterval: PING_INTERVAL_MS,
    // Without this every request keeps a stack trace, which costs more than the request.
    noAsyncTraces: true,
    inboxPrefix,
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.password === undefined ? {} : { pass: options.password }),
    ...(options.token === undefined ? {} : { token: options.token }),
  });
  gatherWrites(nc);
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: API_TIMEOUT_MS });
  return watch({
    name: options.name,
    nc,
    jsm,
    logger: options.logger,
    inbox: () => createInbox(inboxPrefix),
  });
}

/** A user with a name has inboxes of its own, so that the server can keep the answers of one service from all others. */
function inboxPrefixOf(user: string | undefined): string {
  return user === undefined ? '_INBOX' : `_INBOX_${user}`;
}

function watch(base: Pick<Connection, 'name' | 'nc' | 'jsm' | 'logger' | 'inbox'>): Connection {
  let connected = true;
  const listeners = new Set<() => void>();
  const follow = async (): Promise<void> => {
    for await (const status of base.nc.status()) {
      if (status.type === 'disconnect') {
        connected = false;
        base.logger.warn('NATS went away; reconnecting until it is back');
      } else if (status.type === 'reconnect') {
        connected = true;
        base.logger.info('NATS is back');
        notify(listeners, base.logger);
      } else if (status.type === 'error') {
        base.logger.error({ err: status.error }, 'NATS refused something');
      }
    }
    connected = false;
  };
  follow().catch((error: unknown) =>
    base.logger.error({ err: error }, 'cannot follow the state of the connection'),
  );
  return {
    ...base,
    isConnected: () => connected && !base.nc.isClosed(),
    onReconnect: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** One that throws must not keep the others, or the state of the connection, from what they need to know. */
function notify(listeners: ReadonlySet<() => void>, logger: Logger): void {
  for (const listener of [...listeners]) {
    try {
      listener();
    } catch (error) {
      logger.error({ err: error }, 'a listener to reconnects failed');
    }
  }
}

const connections = new WeakMap<Bus, Connection>();

/** Remembers what a bus runs on, so that `applyTopology(bus, ...)` and the dead letters reach it and nobody else does. */
export function registerConnection(bus: Bus, connection: Connection): void {
  connections.set(bus, connection);
}

export function connectionOf(bus: Bus): Connection {
  const connection = connections.get(bus);
  if (connection === undefined)
    throw new Error('This bus was not made by connectBus, so it has no connection.');
  return connection;
}
