import { createRequire } from 'node:module';
import type * as ServiceKit from '@shotloom/service-kit';

const load = createRequire(__filename);

/**
 * A real logger that writes nothing. Service-kit is loaded only here: the local runtime uses this library too, and stays
 * 28 MB smaller without it.
 */
export function silentLogger(): ServiceKit.Logger {
  const { createLogger } = load('@shotloom/service-kit') as typeof ServiceKit;
  const logger = createLogger({ service: 'test' });
  logger.level = 'silent';
  return logger;
}
