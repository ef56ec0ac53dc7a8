import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { BaseConfig } from './config';
import { HealthRegistry } from './health';
import { startInternalServer } from './internal-server';
import { createLogger, type Logger } from './logger';
import { createMetrics, type MetricsRegistry } from './metrics';
import { Shutdown } from './shutdown';
import { startTracing } from './tracing';

/** What a service gets to build itself from. */
export interface ServiceContext<C extends BaseConfig> {
  readonly name: string;
  readonly config: C;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly health: HealthRegistry;
  /** Steps are run in reverse order of their registration. */
  readonly shutdown: Shutdown;
}

/**
 * The one way a process starts: config, logs, health and metrics first, then the service itself, then ready. Anything
 * that fails on the way ends the process with one clear line; the supervisor decides about another try.
 */
export async function runService<C extends BaseConfig>(options: {
  name: string;
  loadConfig: () => C;
  start: (context: ServiceContext<C>) => Promise<void>;
}): Promise<void> {
  const bootLogger = createLogger({ service: options.name });
  try {
    const config = options.loadConfig();
    const logger = createLogger({ service: options.name, level: config.LOG_LEVEL });
    const shutdown = new Shutdown(logger, config.SHUTDOWN_SECONDS * 1000);
    const context = {
      name: options.name,
      config,
      logger,
      metrics: createMetrics(options.name),
      health: new HealthRegistry(),
      shutdown,
    };
    const started = withStartGate(context.health);
    shutdown.listen();
    dieOnUnhandled(logger);
    shutdown.add('tracing', await startTracing(options.name));
    const server = await startInternalServer({ host: config.HOST, port: config.INTERNAL_PORT, ...context });
    shutdown.add('internal server', () => new Promise((resolve) => server.close(() => resolve())));
    await options.start(context);
    shutdown.add('readiness', () => Promise.resolve(context.health.beginShutdown()));
    started();
    logger.info({ internalPort: (server.address() as AddressInfo).port }, 'started');
  } catch (error) {
    bootLogger.fatal(
      { err: error },
      `could not start: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exit(1);
  }
}

/** Not ready until the service has started: a probe that comes early must not send work. */
function withStartGate(health: HealthRegistry): () => void {
  let started = false;
  health.add('started', () =>
    started ? Promise.resolve() : Promise.reject(new Error('the service is still starting')),
  );
  return () => {
    started = true;
  };
}

/** State after an error nobody handled is unknown; every message and job survives a restart, so restarting is safe. */
function dieOnUnhandled(logger: Logger): void {
  process.on('unhandledRejection', (reason) => {
    logger.fatal({ err: reason }, 'a promise was rejected and nobody handled it');
    process.exit(1);
  });
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'an exception was thrown and nobody caught it');
    process.exit(1);
  });
}
